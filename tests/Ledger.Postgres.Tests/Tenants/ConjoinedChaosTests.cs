using System.Diagnostics;
using System.Globalization;
using Ledger.Conformance;
using Ledger.Conformance.Projections;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Postgres.Tests.Log;
using Ledger.Postgres.Tests.Projections.Daemon;
using Ledger.Projections;
using Ledger.Runs;
using Npgsql;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>Tenants with the same streams, while sessions are ended, servers and nodes killed and callers gone: each has its own events, once, and no other's.</summary>
public sealed class ConjoinedChaosTests(ITestOutputHelper output)
{
    private static readonly int Writers = Scale.Of(8, 32);
    private static readonly int Tenants = Scale.Of(2, 5);
    private static readonly TimeSpan Duration = Scale.IsSoak ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(6);

    private const string EndSessions = """
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and usename = '{role}' and random() < 0.3
        """;

    // An application's own table is divided as those of the log are.
    private const string Seen = """
        create table seen (seq_id bigint, stream text, tenant_id varchar not null default current_setting('ledger.tenant'));
        alter table seen enable row level security, force row level security;
        create policy own on seen using (tenant_id = current_setting('ledger.tenant', true));
        """;

    private const string Wrong = """
        select (select count(*) from (
            select s.id
            from ledger.mt_streams as s
            left join ledger.mt_events as e on e.stream_id = s.id and e.tenant_id = s.tenant_id
            group by s.tenant_id, s.id, s.version
            having count(e.version) <> s.version or min(e.version) <> 1 or max(e.version) <> s.version) as broken)
          + (select count(*)
             from ledger.mt_events as e
             full join (select seq_id, tenant_id, count(*) as times from seen group by seq_id, tenant_id) as n on n.seq_id = e.seq_id and n.tenant_id = e.tenant_id
             where e.seq_id is null or n.times is distinct from 1)
        """;

    [Fact]
    public async Task Tenants_SessionsEndedServersAndNodesKilled_EachHasItsOwnOnce()
    {
        var (server, database) = await ConjoinedDatabase.OnDurableServerAsync();
        await using var _ = database;
        var options = new PostgresOptions { AsyncProjections = ChaosProjections.OfTenants, RetryFor = TimeSpan.FromMinutes(2) };
        await using (var owner = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false"))
        {
            await new LedgerMigrator(owner, options).ApplyAsync();
        }

        await database.ScalarAsync<int>($"grant create on schema public to {database.Role}; set role {database.Role}; {Seen} select 1");
        var ledgers = database.NewLedgers(options);
        var names = Enumerable.Range(0, Tenants).Select(n => $"tenant {n}").ToList();
        var logs = new List<TenantLedger>();
        foreach (var name in names)
        {
            await database.Map.AddAsync(name);
            logs.Add(await ledgers.ForTenantAsync(name));
        }

        // One with a quota that is never reached: its count has to be right in the end.
        await logs[0].Quotas.SetAsync(new LogQuota { Events = long.MaxValue, Bytes = long.MaxValue });
        using var over = new CancellationTokenSource(Duration);
        var writers = logs.Select((log, t) => Enumerable.Range(0, Writers).Select(n => new ChaosWriter(log.Store, 6, seed: (t * 100) + n)).ToList()).ToList();

        // One daemon for all tenants, on one of two nodes, of which the older one is killed.
        var nodes = new Queue<NodeProcess>([await StartAsync(-1), await StartAsync(0)]);

        var writing = Task.WhenAll(writers.SelectMany(own => own).Select(writer => Task.Run(() => writer.WriteAsync(over.Token))));
        var (random, started) = (new Random(7), Stopwatch.GetTimestamp());
        for (var kill = 1; !over.IsCancellationRequested; kill++)
        {
            while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(kill * 3) && !over.IsCancellationRequested)
            {
                await database.ScalarAsync<object>(string.Create(CultureInfo.InvariantCulture, $"select pg_sleep({random.NextDouble() / 2:0.00})"));
                await database.ScalarAsync<long>(EndSessions.Replace("{role}", database.Role, StringComparison.Ordinal));
            }

            await server.KillServerAsync(CancellationToken.None);
            await server.RestartAsync(CancellationToken.None);
            nodes.Dequeue().Dispose();
            nodes.Enqueue(await StartAsync(kill));
        }

        await writing;
        while (nodes.TryDequeue(out var node))
        {
            node.Dispose();
        }

        await using var coordination = NpgsqlDataSource.Create(database.ConnectionString);
        await using var last = new TenantDaemons(ledgers, coordination, new DaemonOptions { SearchIndex = false });
        await last.StartAsync();
        foreach (var (log, own) in logs.Zip(writers))
        {
            log.DataSource.Clear();
            await log.Store.WaitForNonStaleAsync(TimeSpan.FromMinutes(2));
            var stored = (await log.Store.ReadLogAsync().Select(e => e.Id).ToListAsync()).GroupBy(id => id).ToDictionary(g => g.Key, g => g.Count());
            stored.Values.ShouldAllBe(count => count == 1);
            own.SelectMany(writer => writer.Acknowledged).Where(id => !stored.ContainsKey(id)).ShouldBeEmpty("Acknowledged, and not stored.");
            own.SelectMany(writer => writer.Refused).Where(stored.ContainsKey).ShouldBeEmpty("Refused, and stored.");
            own.SelectMany(writer => writer.Unexpected).ShouldBeEmpty("A failure that was not the caller's own.");
            stored.Keys.Except(own.SelectMany(writer => writer.Acknowledged.Concat(writer.InDoubt))).ShouldBeEmpty("An event of another tenant, or of no one.");
            own.Sum(writer => writer.Acknowledged.Count).ShouldBeGreaterThan(Writers);
            await foreach (var stream in log.Store.ListStreamsAsync("chaos-"))
            {
                (await log.Store.LoadAsync(ProjectionSamples.Tallies, stream.Name)).State.ShouldBe(await log.Store.AggregateAsync(ProjectionSamples.Tally, stream.Name));
            }

            output.WriteLine($"{log.Tenant}: {stored.Count} events");
        }

        (await database.ScalarAsync<long>(Wrong)).ShouldBe(0, "A version is missing, or an event was applied twice, not at all, or for another tenant.");
        var counted = await logs[0].Quotas.ReadAsync();
        (await logs[0].Quotas.RecountAsync()).ShouldBe(counted);

        Task<NodeProcess> StartAsync(int number) => NodeProcess.StartAsync(database.ConnectionString, $"node-{number}", NodeProgram.OfTenantsInChaos);
    }
}
