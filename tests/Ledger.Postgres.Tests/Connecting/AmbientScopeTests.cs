using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Transactions;
using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Tests.Projections.Daemon;
using Ledger.Projections;
using Ledger.Records;
using Ledger.Worlds;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>What carries a caller's context, and what must not: only a connection that the caller opened takes part in its transaction.</summary>
public sealed class AmbientScopeTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private static readonly AsyncLocal<string?> Caller = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task On_ConnectionOpenedInScope_EndsWithTheScope(bool completes)
    {
        var stream = NewStream();
        using (var scope = NewScope())
        {
            await using var connection = await database.DataSource.OpenConnectionAsync();
            var store = database.Store.On(connection);
            await store.AppendAsync(stream, ExpectedVersion.NoStream, [new ObjectCreated("a", "thing")]);
            await store.AppendAsync(stream, ExpectedVersion.Any, [new ObjectCreated("b", "thing")]);
            (await store.Get<IWorldReader>()!.GetWorldAsync(History.OfRun(stream))).Objects.Count.ShouldBe(2);
            (await database.Store.GetStreamAsync(stream)).ShouldBeNull();
            if (completes)
            {
                scope.Complete();
            }
        }

        (await database.Store.GetStreamAsync(stream))?.Version.Value.ShouldBe(2);
        (await database.Store.GetStreamAsync(stream) is not null).ShouldBe(completes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task On_TransactionThatHasEnded_IsRefused(bool committed)
    {
        const string Message = "The transaction that the store works on was committed or rolled back, so that this call would not be part of it. Nothing was done. "
            + "Begin another transaction, and call store.On(transaction) with it.";
        var stream = NewStream();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        var store = database.Store.On(transaction);
        await store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("in")]);
        await (committed ? transaction.CommitAsync() : transaction.RollbackAsync());

        (await Should.ThrowAsync<InvalidOperationException>(() => store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("behind")])))
            .Message.ShouldBe(Message);
        (await Should.ThrowAsync<InvalidOperationException>(() => store.GetStreamAsync(stream))).Message.ShouldBe(Message);
        Should.Throw<ArgumentException>(() => database.Store.On(transaction)).Message.ShouldStartWith("The transaction was committed or rolled back. Begin another.");
        await transaction.DisposeAsync();
        await Should.ThrowAsync<InvalidOperationException>(() => store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("behind")]));
        Should.Throw<ArgumentException>(() => database.Store.On(transaction));

        (await database.Store.GetStreamAsync(stream))?.Version.Value.ShouldBe(committed ? 1 : 0);
    }

    [Fact]
    public async Task Connection_OpenedForACallerInScope_IsNotEnlisted()
    {
        var seen = new ConcurrentBag<bool>();
        var builder = new NpgsqlDataSourceBuilder(database.ConnectionString + ";Maximum Pool Size=3");
        builder.UsePhysicalConnectionInitializer(_ => { }, _ =>
        {
            seen.Add(Transaction.Current is not null);
            return Task.CompletedTask;
        });
        await using var pool = builder.Build();
        await using var store = new PostgresEventStore(pool, new PostgresOptions { AmbientTransactions = AmbientTransactions.Outside });
        await using var records = new ChronoStore(store, NewStream().Value);
        using (NewScope())
        {
            await store.AppendAsync(NewStream(), ExpectedVersion.Any, [new KitLoaded("a")]);
            await store.ReadLogAsync().CountAsync();
            await records.UpsertAsync(new ChronoRecord { Id = "a", Kind = "fact", Label = "a" });
            await new ProjectionAdmin(pool).ListAsync();
            await new ProjectionAdmin(pool).ListDeadLettersAsync();
            Transaction.Current!.TransactionInformation.DistributedIdentifier.ShouldBe(Guid.Empty);
        }

        seen.ShouldNotBeEmpty();
        seen.ShouldAllBe(isIn => !isIn);
        (await records.GetAsync("a")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Daemon_StartedInScopeThatRollsBack_Runs()
    {
        await using var bench = await DaemonBench.CreateAsync();
        var stream = NewStream();
        using (NewScope())
        {
            await bench.StartAsync();
        }

        await bench.Store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("a")]);
        await bench.CaughtUpAsync();

        (await bench.Store.LoadAsync(ProjectionSamples.Tallies, stream)).Version.Value.ShouldBe(1);
        (await bench.Database.ScalarAsync<long>("select count(*) from kits")).ShouldBe(1);
    }

    [Fact]
    public async Task Subscription_TakenInScope_SeesWhatIsCommitted()
    {
        var stream = NewStream();
        await database.Store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("a")]);
        using (NewScope())
        {
            (await database.Store.SubscribeAsync().FirstAsync(e => e.Stream == stream)).Version.Value.ShouldBe(1);
        }
    }

    /// <summary>The requests of many callers are written together, by whichever of them comes first.</summary>
    [Fact]
    public async Task Append_ManyCallers_NoneRunsInTheContextOfAnother()
    {
        var others = new ConcurrentBag<string>();
        var projection = new EventProjection("contexts").On<KitLoaded>((kit, _, _, _) =>
        {
            var context = $"{Caller.Value}|{Activity.Current?.GetBaggageItem("caller")}|{NumberFormatInfo.CurrentInfo.CurrencySymbol}";
            if (context != $"{kit.Kit}|{kit.Kit}|{kit.Kit}" && context != $"||{NumberFormatInfo.InvariantInfo.CurrencySymbol}")
            {
                others.Add($"{kit.Kit} ran as {context}");
            }

            return Task.CompletedTask;
        });
        await using var store = (PostgresEventStore)await database.CreateProjectingStoreAsync([projection]);

        await Task.WhenAll(Enumerable.Range(0, 64).Select(n => Task.Run(async () =>
        {
            Caller.Value = $"c{n}";
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.CurrencySymbol = $"c{n}";
            CultureInfo.CurrentCulture = culture;
            using var activity = new Activity("caller").AddBaggage("caller", $"c{n}").Start();
            for (var i = 0; i < 20; i++)
            {
                await store.AppendAsync(new StreamName($"context-{n % 8}"), ExpectedVersion.Any, [new KitLoaded($"c{n}")]);
                Caller.Value.ShouldBe($"c{n}");
            }
        })));

        others.ShouldBeEmpty();
    }

    private static StreamName NewStream() => StreamName.Run(Guid.NewGuid().ToString("N"));

    private static TransactionScope NewScope() => new(TransactionScopeAsyncFlowOption.Enabled);
}
