using System.Collections.Concurrent;
using System.Transactions;
using Ledger.Log;
using Ledger.Records;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Appending;

/// <summary>What a store on a pool does inside a <see cref="TransactionScope"/> of a caller: it takes no part in it, and no other caller notices.</summary>
public abstract class AmbientTransactionTests(ITestEngine engine) : EventStoreTests(engine)
{
    private const int Callers = 64;
    private static readonly TimeSpan Duration = Scale.IsSoak ? TimeSpan.FromMinutes(3) : TimeSpan.FromSeconds(5);

    public override async Task InitializeAsync() => Store = await CreateStoreAsync();

    /// <summary>A store that refuses scopes, and waits long for sessions that are ended.</summary>
    protected abstract Task<IEventStore> CreateStoreAsync();

    /// <summary>A store on the same log and the same connections that writes outside.</summary>
    protected abstract Task<IEventStore> CreateOutsideStoreAsync();

    /// <summary>Ends some sessions of the stores, and lets more than a second pass, after which idle connections are given back.</summary>
    protected abstract Task DisturbAsync();

    /// <summary>Appends within the ambient transaction, by the way that the engine has for it.</summary>
    protected abstract Task AppendInScopeAsync(StreamName stream, NewEvent newEvent);

    [Fact]
    public async Task Append_InScope_IsRefusedAndNothingIsWritten()
    {
        var stream = NewStream();
        using (var scope = NewScope())
        {
            var refused = await Should.ThrowAsync<InvalidOperationException>(() => Store.AppendAsync(stream, ExpectedVersion.Any, Events(1)));
            refused.Message.ShouldBe(
                "The append was called inside a TransactionScope, whose transaction a pooled store cannot take part in. Nothing was written. Use "
                + "store.On(transaction) with a transaction of your own, or store.On(connection) with a connection that was opened in the scope; "
                + "or set PostgresOptions.AmbientTransactions to 'Outside', and it stays when the scope rolls back.");
            await Should.ThrowAsync<InvalidOperationException>(() => Runs.GetStream(stream).AppendAsync(Events(1)));
            scope.Complete();
            await Should.ThrowAsync<InvalidOperationException>(() => Store.AppendAsync(stream, ExpectedVersion.Any, Events(1)));
        }

        (await Store.GetStreamAsync(stream)).ShouldBeNull();
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, Events(1));
    }

    [Fact]
    public async Task Append_InScopeThatDoesNotFlow_IsRefused()
    {
        var stream = NewStream();
        Task append;
        using (new TransactionScope())
        {
            append = Store.AppendAsync(stream, ExpectedVersion.Any, Events(1));
        }

        await Should.ThrowAsync<InvalidOperationException>(() => append);
        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Write_InScope_IsRefusedWhateverItIs()
    {
        var (stream, project) = (await StreamOfAsync(3), NewId());
        await using var records = new ChronoStore(Store, project);
        await records.UpsertAsync(Record("before"));
        using (NewScope())
        {
            await Should.ThrowAsync<InvalidOperationException>(() => Runs.ForkAsync(stream, new Position(1)));
            await Should.ThrowAsync<InvalidOperationException>(() => Store.ArchiveAsync(stream));
            await Should.ThrowAsync<InvalidOperationException>(() => Store.ImportAsync(
                new[] { new StreamEvent(stream, new NewEvent(Labelled("a"))) }.ToAsyncEnumerable()));
            await Should.ThrowAsync<InvalidOperationException>(() => records.UpsertAsync(Record("in")));
            await Should.ThrowAsync<InvalidOperationException>(() => records.CompactAsync());
        }

        Labels(await ReadAsync(stream)).ShouldBe(Range(1, 3));
        (await Store.ListBranchesAsync(stream).ToListAsync()).ShouldBeEmpty();
        (await records.RecordCountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Read_InScope_SeesWhatIsCommitted()
    {
        var (stream, project) = (NewStream(), NewId());
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, [new ObjectCreated("a", "thing")]);
        await using var records = new ChronoStore(Store, project);
        await records.UpsertAsync(Record("a"));
        using (NewScope())
        {
            (await ReadAsync(stream)).Count.ShouldBe(1);
            (await Store.ReadLogAsync().AnyAsync(e => e.Stream == stream)).ShouldBeTrue();
            (await Runs.GetStream(stream).GetWorldAsync()).Objects.Count.ShouldBe(1);
            (await records.GetAsync("a")).ShouldNotBeNull();
            await Task.Run(() => Should.ThrowAsync<InvalidOperationException>(() => Store.AppendAsync(stream, ExpectedVersion.Any, Events(1))));
        }

        using (var scope = NewScope())
        {
            scope.Complete();
            (await ReadAsync(stream)).Count.ShouldBe(1);
        }
    }

    [Fact]
    public async Task Write_OutsideInScopeThatRollsBack_Stays()
    {
        var outside = await CreateOutsideStoreAsync();
        await using var _ = (IAsyncDisposable)outside;
        var (stream, other, project) = (NewStream(), NewStream(), NewId());
        await using var records = new ChronoStore(outside, project);
        BranchInfo branch;
        using (NewScope())
        {
            await outside.AppendAsync(stream, ExpectedVersion.NoStream, Events(3));
            branch = await outside.CreateBranchAsync(
                BranchCreated.Of(NewId(), History.OfRun(stream), new Position(2)), EventMetadata.None);
            await outside.ImportAsync(new[] { new StreamEvent(other, new NewEvent(Labelled("a"))) }.ToAsyncEnumerable());
            await outside.ArchiveAsync(other);
            await records.UpsertAsync(Record("a"));
            Transaction.Current.ShouldNotBeNull().TransactionInformation.Status.ShouldBe(TransactionStatus.Active);
        }

        Labels(await ReadAsync(stream)).ShouldBe(Range(1, 3));
        (await Store.GetBranchAsync(branch.Stream)).ShouldNotBeNull();
        (await Store.GetStreamAsync(other)).ShouldNotBeNull().State.ShouldBe(StreamState.Archived);
        (await records.GetAsync("a")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Append_CallersInScopesThatEndInAnyWay_AcknowledgedIsInTheLogAndNothingElse()
    {
        var outside = await CreateOutsideStoreAsync();
        await using var _ = (IAsyncDisposable)outside;
        using var over = new CancellationTokenSource();
        using var time = new CancellationTokenSource(Duration);
        using var patience = new CancellationTokenSource(Duration + TimeSpan.FromMinutes(2));
        var (acknowledged, absent, unexpected) = (new ConcurrentBag<Guid>(), new ConcurrentBag<Guid>(), new ConcurrentBag<string>());
        using var gate = new SemaphoreSlim(Callers, Callers);

        var calling = Task.WhenAll(Enumerable.Range(0, Callers).Select(n => Task.Run(() => CallAsync(n))));
        while (!patience.IsCancellationRequested && (!time.IsCancellationRequested || acknowledged.Count <= Callers || absent.Count <= Callers / 3))
        {
            await WhileIdleAsync(DisturbAsync);
        }

        await over.CancelAsync();
        await calling;
        unexpected.ShouldBeEmpty();
        var stored = await ReadIdsAsync();
        acknowledged.Where(id => !stored.Contains(id)).ShouldBeEmpty("Acknowledged, and not stored.");
        absent.Where(stored.Contains).ShouldBeEmpty("Refused or rolled back, and stored.");
        acknowledged.Count.ShouldBeGreaterThan(Callers);
        absent.Count.ShouldBeGreaterThan(Callers / 3);

        // Half of the time nothing is asked, so that connections are returned and opened again by the first caller.
        async Task WhileIdleAsync(Func<Task> disturb)
        {
            for (var n = 0; n < Callers; n++)
            {
                await gate.WaitAsync();
            }

            await disturb();
            gate.Release(Callers);
            await disturb();
        }

        async Task CallAsync(int number)
        {
            for (var n = number; !over.IsCancellationRequested; n++)
            {
                await gate.WaitAsync();
                try
                {
                    await (number % 3 == 0 ? InScopeAsync(n) : PlainAsync(n));
                }
#pragma warning disable CA1031 // Every failure is what the test looks for.
                catch (Exception fault)
#pragma warning restore CA1031
                {
                    unexpected.Add(fault.ToString());
                }
                finally
                {
                    gate.Release();
                }
            }
        }

        async Task PlainAsync(int n)
        {
            var newEvent = new NewEvent(Labelled("plain"));
            await Store.AppendAsync(Stream(n), ExpectedVersion.Any, [newEvent]);
            acknowledged.Add(newEvent.Id);
        }

        async Task InScopeAsync(int n)
        {
            var newEvent = new NewEvent(Labelled("scope"));
            var completes = n % 2 == 0;
            using var scope = NewScope();
            switch (n / 3 % 3)
            {
                case 0:
                    await Should.ThrowAsync<InvalidOperationException>(() => Store.AppendAsync(Stream(n), ExpectedVersion.Any, [newEvent]));
                    absent.Add(newEvent.Id);
                    break;
                case 1:
                    await outside.AppendAsync(Stream(n), ExpectedVersion.Any, [newEvent]);
                    acknowledged.Add(newEvent.Id);
                    break;
                default:
                    // Its session may be ended, and it is not sent again: the caller's transaction is for the caller to repeat.
                    if (await IsDoneAsync(() => AppendInScopeAsync(NewStream(), newEvent)) && completes)
                    {
                        if (await IsDoneAsync(() => CompleteAsync(scope)))
                        {
                            acknowledged.Add(newEvent.Id);
                        }

                        return;
                    }

                    absent.Add(newEvent.Id);
                    return;
            }

            if (completes)
            {
                scope.Complete();
            }
        }

        StreamName Stream(int n) => new($"scope-{n % 10}");
    }

    // A read may come upon a connection whose session was ended, and is not sent again.
    private async Task<HashSet<Guid>> ReadIdsAsync()
    {
        HashSet<Guid> ids = [];
        while (!await IsDoneAsync(async () => ids = (await Store.ReadLogAsync().Select(e => e.Id).ToListAsync()).ToHashSet()))
        {
        }

        return ids;
    }

    private static Task CompleteAsync(TransactionScope scope)
    {
        scope.Complete();
        scope.Dispose();
        return Task.CompletedTask;
    }

    private static async Task<bool> IsDoneAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
#pragma warning disable CA1031 // A session that was ended fails in many ways.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private static ChronoRecord Record(string id) => new() { Id = id, Kind = "fact", Label = id };

    private static TransactionScope NewScope() => new(TransactionScopeAsyncFlowOption.Enabled);
}
