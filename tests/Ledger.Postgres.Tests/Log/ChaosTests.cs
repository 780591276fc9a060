using System.Diagnostics;
using Ledger.Conformance;
using Ledger.Postgres.Projections.Inline;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log;

/// <summary>Sessions ended, servers killed and callers that give up, all at random and under load.</summary>
public sealed class ChaosTests
{
    private const int Writers = 64;
    private const int MostStreams = 20;
    private static readonly TimeSpan Duration = Scale.IsSoak ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(5);

    private const string EndSessions = """
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and application_name = 'chaos' and random() < 0.3
        """;

    // Rows that tell whether every event was applied, once and in order: the fold of the versions.
    private const string Project = """
        insert into chaos_row as r (stream, events, versions)
        select stream_id, count(*), sum(version) from {pending} group by stream_id
        on conflict (stream) do update set events = r.events + excluded.events, versions = r.versions + excluded.versions
        """;

    private const string Wrong = """
        select count(*) from (
            select s.id
            from ledger.mt_streams as s
            left join ledger.mt_events as e on e.stream_id = s.id
            left join chaos_row as r on r.stream = s.id
            left join ledger.projection_head as h on h.stream = s.id and h.projection = 'chaos'
            group by s.id, s.version, r.events, r.versions, h.version
            having count(e.version) <> s.version or min(e.version) <> 1 or max(e.version) <> s.version
                or r.events is distinct from count(e.version) or r.versions is distinct from sum(e.version)
                or h.version is distinct from s.version) as wrong
        """;

    [Fact]
    public async Task Append_SessionsEndedServersKilledCallersGone_AcknowledgedIsStoredOnce()
    {
        var (server, database) = await LedgerDatabase.OnDurableServerAsync();
        await using var _ = database;
        await ExecuteAsync(database, "create table chaos_row (stream text primary key, events bigint, versions bigint)");
        await using var pool = NpgsqlDataSource.Create(database.ConnectionString + ";Application Name=chaos;Maximum Pool Size=60");
        await using var store = new PostgresEventStore(
            pool, new PostgresOptions { RetryFor = TimeSpan.FromMinutes(2), Projections = [new RowProjection("chaos", Project)] });
        using var over = new CancellationTokenSource(Duration);
        var writers = Enumerable.Range(0, Writers).Select(n => new ChaosWriter(store, MostStreams, seed: n)).ToArray();

        var writing = Task.WhenAll(writers.Select(w => Task.Run(() => w.WriteAsync(over.Token))));
        await HarassAsync(server, database, over.Token);
        await writing;

        var stored = (await ReadIdsAsync(database)).GroupBy(id => id).ToDictionary(g => g.Key, g => g.Count());
        stored.Values.ShouldAllBe(count => count == 1);
        writers.SelectMany(w => w.Acknowledged).Where(id => !stored.ContainsKey(id)).ShouldBeEmpty("Acknowledged, and not stored.");
        writers.SelectMany(w => w.Refused).Where(stored.ContainsKey).ShouldBeEmpty("Refused, and stored.");
        writers.SelectMany(w => w.Unexpected).ShouldBeEmpty("A failure that was not the caller's own.");
        stored.Keys.Except(writers.SelectMany(w => w.Acknowledged).Concat(writers.SelectMany(w => w.InDoubt))).ShouldBeEmpty();
        (await database.ScalarAsync<long>(Wrong)).ShouldBe(0);
        writers.Sum(w => w.Acknowledged.Count).ShouldBeGreaterThan(Writers);
        writers.Sum(w => w.Refused.Count).ShouldBeGreaterThan(0);
    }

    /// <summary>Ends sessions all the time, and now and then kills the server and starts it again.</summary>
    private static async Task HarassAsync(TestPostgres server, LedgerDatabase database, CancellationToken cancellationToken)
    {
        var random = new Random(11);
        var started = Stopwatch.GetTimestamp();
        for (var kill = 1; !cancellationToken.IsCancellationRequested; kill++)
        {
            var until = TimeSpan.FromSeconds(kill * 3);
            while (Stopwatch.GetElapsedTime(started) < until && !cancellationToken.IsCancellationRequested)
            {
                await ExecuteAsync(database, $"select pg_sleep({random.NextDouble() / 2:0.00})");
                await ExecuteAsync(database, EndSessions);
            }

            await server.KillServerAsync(CancellationToken.None);
            await server.RestartAsync(CancellationToken.None);
            database.DataSource.Clear();
        }
    }

    private static async Task ExecuteAsync(LedgerDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<Guid>> ReadIdsAsync(LedgerDatabase database) =>
        await database.Store.ReadLogAsync().Select(e => e.Id).ToListAsync();
}
