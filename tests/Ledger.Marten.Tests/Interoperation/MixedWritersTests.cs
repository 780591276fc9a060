using System.Collections.Concurrent;
using JasperFx.Events.Projections;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Projections;
using Ledger.Postgres;
using Marten;
using Marten.Exceptions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Interoperation;

/// <summary>Native writers, writers through Ledger on Marten, and Marten's own sessions at the same time, some of which roll back.</summary>
public sealed class MixedWritersTests(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    private const int WritersOfAKind = 16;
    private const int AppendsOfAWriter = 40;

    [Fact]
    public async Task Readers_BesideWritersOfBothEngines_SeeEveryEventOnce()
    {
        var store = database.CreateDocumentStore(configure: o => o.Projections.Snapshot<RunCounts>(SnapshotLifecycle.Async));
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await using var native = new PostgresEventStore(database.DataSource);
        await using var marten = new MartenEventStore(store);
        using var daemon = await store.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        var written = new ConcurrentBag<Guid>();
        using var done = new CancellationTokenSource();
        var readers = new[] { FollowAsync(native, done.Token), FollowAsync(marten, done.Token) };

        await Task.WhenAll(Enumerable.Range(0, WritersOfAKind).SelectMany(writer => new[]
        {
            WriteAsync(native, OnNativeTransactionAsync, writer, written),
            WriteAsync(marten, OnMartenSessionAsync, writer, written),
        }));
        await done.CancelAsync();

        foreach (var read in await Task.WhenAll(readers))
        {
            read.Count.ShouldBe(read.Distinct().Count());
            read.Order().ShouldBe(written.Order());
        }

        await daemon.WaitForNonStaleData(TimeSpan.FromMinutes(2));
        await daemon.StopAllAsync();
        await using var session = store.QuerySession();
        var counts = await session.Query<RunCounts>().Where(c => c.Id.StartsWith("mixed-")).ToListAsync();
        counts.Sum(c => c.Kits).ShouldBe(written.Count);
        foreach (var count in counts)
        {
            count.Kits.ShouldBe(await native.ReadForwardAsync(new StreamName(count.Id)).CountAsync());
        }

        async Task OnNativeTransactionAsync(StreamName stream, NewEvent appended, bool commits)
        {
            await using var connection = await database.DataSource.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await native.On(transaction).AppendAsync(stream, ExpectedVersion.Any, [appended]);
            await (commits ? transaction.CommitAsync() : transaction.RollbackAsync());
        }

        async Task OnMartenSessionAsync(StreamName stream, NewEvent appended, bool commits)
        {
            while (true)
            {
                await using var session = store.LightweightSession();
                var wrapped = store.Events.BuildEvent(appended.Data);
                wrapped.Id = appended.Id;
                session.Events.Append(stream.Value, wrapped);
                if (!commits)
                {
                    // Behind the insert: what is asked divides by zero.
                    session.QueueSqlCommand("select 1 / (count(*) - count(*)) from ledger.mt_streams");
                }

                try
                {
                    await session.SaveChangesAsync();
                    return;
                }
                catch (MartenException fault) when (!commits && Is(fault, PostgresErrorCodes.DivisionByZero))
                {
                    return;
                }
                catch (Exception fault) when (Is(fault, PostgresErrorCodes.UniqueViolation) || fault is JasperFx.ConcurrencyException)
                {
                    // Marten's own append collides with the others; its caller tries again.
                }
            }
        }
    }

    private static bool Is(Exception? fault, string state) =>
        fault is PostgresException { SqlState: var actual } ? actual == state : fault is not null && Is(fault.InnerException, state);

    private static async Task WriteAsync(
        IEventStore store,
        Func<StreamName, NewEvent, bool, Task> inATransactionOfOnesOwnAsync,
        int writer,
        ConcurrentBag<Guid> written)
    {
        var random = new Random(writer);
        for (var i = 0; i < AppendsOfAWriter; i++)
        {
            var stream = new StreamName($"mixed-{random.Next(6)}");
            var appended = new NewEvent(new KitLoaded($"{writer}-{i}"));
            switch (i % 4)
            {
                case 0:
                    await inATransactionOfOnesOwnAsync(stream, appended, false);
                    continue;
                case 1:
                    await inATransactionOfOnesOwnAsync(stream, appended, true);
                    break;
                case 2:
                    await RefusedAsync(store, stream);
                    await store.AppendAsync(stream, ExpectedVersion.Any, [appended]);
                    break;
                default:
                    var second = new NewEvent(new KitLoaded($"{writer}-{i}"));
                    await store.AppendAsync(
                    [
                        new StreamAppend(stream, ExpectedVersion.Any, [appended]),
                        new StreamAppend(new StreamName("mixed-all"), ExpectedVersion.Any, [second]),
                    ]);
                    written.Add(second.Id);
                    break;
            }

            written.Add(appended.Id);
        }
    }

    private static async Task RefusedAsync(IEventStore store, StreamName stream) =>
        await Should.ThrowAsync<WrongExpectedVersionException>(() => store.AppendAsync(
            stream, ExpectedVersion.Exactly(new StreamVersion(1_000_000)), [new KitLoaded("refused")]));

    // Reads on from where it is, until the writers are done and there is nothing left.
    private static async Task<List<Guid>> FollowAsync(IEventStore store, CancellationToken done)
    {
        var read = new List<Guid>();
        var after = SequenceNumber.Start;
        while (true)
        {
            var isLast = done.IsCancellationRequested;
            await foreach (var recorded in store.ReadLogAsync(after, CancellationToken.None))
            {
                after = recorded.Sequence;
                if (recorded.Stream.Value.StartsWith("mixed-", StringComparison.Ordinal))
                {
                    read.Add(recorded.Id);
                }
            }

            if (isLast)
            {
                return read;
            }
        }
    }
}
