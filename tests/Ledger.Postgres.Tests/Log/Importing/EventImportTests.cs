using Ledger.Log;
using Ledger.Postgres.Projections.Inline;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log.Importing;

/// <summary>What the import by COPY does beside what every store's does.</summary>
public sealed class EventImportTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    [Fact]
    public async Task Import_InlineProjection_RowsAreTrue()
    {
        var table = "imported_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync(database.DataSource, $"create table {table} (stream text primary key, kits bigint)");
        await using var store = new PostgresEventStore(database.DataSource, new PostgresOptions
        {
            Projections =
            [
                new RowProjection(table, $$"""
                    insert into {{table}} as c (stream, kits) select stream_id, count(*) from {pending} group by stream_id
                    on conflict (stream) do update set kits = c.kits + excluded.kits
                    """),
            ],
        });
        var streams = new[] { NewStream(), NewStream() };
        await database.Store.AppendAsync(streams[0], ExpectedVersion.Any, [new KitLoaded("before")]);

        await store.ImportAsync(Items(streams, 11_000).ToAsyncEnumerable());

        (await database.ScalarAsync<long>($"select kits from {table} where stream = '{streams[0]}'")).ShouldBe(5_501);
        (await database.ScalarAsync<long>($"select kits from {table} where stream = '{streams[1]}'")).ShouldBe(5_500);
        await store.AppendAsync(streams[1], ExpectedVersion.Exactly(new StreamVersion(5_500)), [new KitLoaded("after")]);
        (await database.ScalarAsync<long>($"select kits from {table} where stream = '{streams[1]}'")).ShouldBe(5_501);
    }

    [Fact]
    public async Task Import_TransactionsOf10000_NumbersAreDrawnWithinThem()
    {
        var streams = new[] { NewStream(), NewStream(), NewStream() };

        await database.Store.ImportAsync(Items(streams, 20_500).ToAsyncEnumerable());

        var names = string.Join(", ", streams.Select(s => $"'{s}'"));
        (await database.ScalarAsync<long>(
            $"select max(n) from (select count(*) as n from ledger.mt_events where stream_id in ({names}) group by xmin::text) as t")).ShouldBe(10_000);
        (await database.ScalarAsync<long>(
            $"select count(distinct xmin::text) from ledger.mt_events where stream_id in ({names})")).ShouldBe(3);
        (await database.Store.ReadLogAsync().Where(e => streams.Contains(e.Stream)).Select(e => ((KitLoaded)e.Data).Kit).ToListAsync())
            .ShouldBe(Enumerable.Range(0, 20_500).Select(n => $"{n}"));
    }

    [Fact]
    public async Task Import_Listener_IsNotified()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var listen = new NpgsqlCommand("listen mt_events_appended", connection))
        {
            await listen.ExecuteNonQueryAsync();
        }

        await database.Store.ImportAsync(Items([NewStream()], 1).ToAsyncEnumerable());

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await connection.WaitAsync(patience.Token);
    }

    [Fact]
    public async Task Import_OnCallersTransaction_IsRefused()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        var refused = Should.Throw<InvalidOperationException>(
            () => { _ = database.Store.On(transaction).ImportAsync(Items([NewStream()], 1).ToAsyncEnumerable()); });

        refused.Message.ShouldBe("An import commits as it goes, and cannot be part of a transaction of the caller. Call it on the store itself.");
    }

    [Fact]
    public async Task Import_AppendsBeside_NeitherLosesAnEvent()
    {
        var streams = Enumerable.Range(0, 5).Select(_ => NewStream()).ToArray();
        var importing = database.Store.ImportAsync(Items(streams, 30_000).ToAsyncEnumerable());
        var appended = 0;
        while (!importing.IsCompleted)
        {
            await database.Store.AppendAsync(streams[appended++ % 5], ExpectedVersion.Any, [new KitLoaded("beside")]);
        }

        await importing;
        var versions = await Task.WhenAll(streams.Select(async s => (await database.Store.GetStreamAsync(s))!.Version.Value));
        versions.Sum().ShouldBe(30_000 + appended);
        foreach (var stream in streams)
        {
            (await database.Store.ReadForwardAsync(stream).CountAsync()).ShouldBe((int)versions[Array.IndexOf(streams, stream)]);
        }
    }

    [Fact]
    public async Task Import_ServerKilledTwice_IsResumedAndComplete()
    {
        var (server, own) = await LedgerDatabase.OnDurableServerAsync();
        await using var _ = own;
        var streams = Enumerable.Range(0, 4).Select(_ => NewStream()).ToArray();
        var events = Items(streams, 60_000).ToArray();
        await using var impatient = new PostgresEventStore(own.DataSource, new PostgresOptions { RetryFor = TimeSpan.Zero });

        // The first is broken off; the second, of a process that was started again, lives through a further kill.
        await Should.ThrowAsync<NpgsqlException>(() => impatient.ImportAsync(events.ToAsyncEnumerable(), new AtFirst(async () => await server.KillServerAsync())));
        await server.RestartAsync();
        own.DataSource.Clear();
        var kept = await own.ScalarAsync<long>("select count(*) from ledger.mt_events");
        Task? restarted = null;
        var done = await own.Store.ImportAsync(
            Feed(events, 30_000, () => restarted = KillAndRestartAsync()), cancellationToken: CancellationToken.None);
        await restarted!;
        own.DataSource.Clear();

        kept.ShouldBeGreaterThanOrEqualTo(10_000);
        (done.Skipped, done.Events).ShouldBe((kept, 60_000 - kept));
        var stored = await own.Store.ReadLogAsync().Select(e => e.Id).ToListAsync();
        stored.ShouldBe(events.Select(e => e.Event.Id));
        (await own.ScalarAsync<long>("select sum(version)::bigint from ledger.mt_streams")).ShouldBe(60_000);

        async Task KillAndRestartAsync()
        {
            await server.KillServerAsync();
            await server.RestartAsync();
        }
    }

    private static async IAsyncEnumerable<StreamEvent> Feed(StreamEvent[] events, int at, Action action)
    {
        for (var i = 0; i < events.Length; i++)
        {
            if (i == at)
            {
                await Task.Yield();
                action();
            }

            yield return events[i];
        }
    }

    private static StreamName NewStream() => new("imported-" + Guid.NewGuid().ToString("N"));

    private static IEnumerable<StreamEvent> Items(StreamName[] streams, int count) =>
        Enumerable.Range(0, count).Select(n => new StreamEvent(streams[n % streams.Length], new NewEvent(new KitLoaded($"{n}"))));

    private static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Does something when the first transaction is done.</summary>
    private sealed class AtFirst(Func<Task> action) : IProgress<ImportProgress>
    {
        private int _told;

        public void Report(ImportProgress value)
        {
            if (Interlocked.Exchange(ref _told, 1) == 0)
            {
                action().GetAwaiter().GetResult();
            }
        }
    }
}
