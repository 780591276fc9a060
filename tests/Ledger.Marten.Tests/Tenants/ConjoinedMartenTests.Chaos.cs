using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Ledger.Conformance;
using Ledger.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tests.Log;
using Marten;
using Marten.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Tenants;

public sealed partial class ConjoinedMartenTests
{
    private const string WaitAndEndSessions = """
        select pg_sleep(0.2);
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and (application_name = 'chaos' or usename = '{daemon}') and random() < 0.3
        """;

    private const string Broken = """
        select count(*) from (
            select s.id
            from ledger.mt_streams as s
            left join ledger.mt_events as e on e.stream_id = s.id and e.tenant_id = s.tenant_id
            where s.id <> 'mt_tombstone'
            group by s.tenant_id, s.id, s.version
            having count(e.version) <> s.version or min(e.version) <> 1 or max(e.version) <> s.version) as b
        """;

    [Fact]
    public async Task Tenants_WhileSessionsOfMartenAndItsDaemonAreEnded_HaveTheirOwnEventsOnce_AndTheirDocuments()
    {
        string[] names = ["chaos-one", "chaos-two"];
        var (daemon, connection) = await CreateDaemonRoleAsync();
        await using var map = new ConjoinedTenants(database.ConnectionString + ";Application Name=chaos");
        await using var native = new TenantLedgers(map, new TenantOptions { ConnectionsPerTenant = 20, MaxConnections = 40 });
        try
        {
            await database.Map.AllowDaemonAsync(daemon);
            using var host = Build(connection);
            await host.StartAsync();
            var documents = host.Services.GetRequiredService<IDocumentStore>();
            var writers = new Dictionary<string, List<ChaosWriter>>();
            foreach (var name in names)
            {
                // Both engines, under the same names of streams in both tenants.
                await database.Map.AddAsync(name);
                IEventStore[] engines = [(await host.Services.GetRequiredService<MartenTenants>().ForTenantAsync(name)).Store, (await native.ForTenantAsync(name)).Store];
                writers[name] = [.. Enumerable.Range(0, Scale.Of(6, 24)).Select(n => new ChaosWriter(engines[n % 3 == 0 ? 1 : 0], 6, seed: n))];
            }

            using var over = new CancellationTokenSource();
            var writing = Task.WhenAll(writers.Values.SelectMany(own => own).Select(writer => Task.Run(() => writer.WriteAsync(over.Token))));
            for (var end = 0; end < Scale.Of(10, 600); end++)
            {
                await database.ScalarAsync<object>(WaitAndEndSessions.Replace("{daemon}", daemon, StringComparison.Ordinal));
            }

            await over.CancelAsync();
            await writing;
            await AgainAsync(async () =>
            {
                await documents.WaitForNonStaleProjectionDataAsync(TimeSpan.FromMinutes(2));
                return true;
            });
            foreach (var (name, own) in writers)
            {
                // Where a save fails after its events have numbers, Marten writes tombstones for them.
                var log = await (await database.Ledgers.ForTenantAsync(name)).Store.ReadLogAsync().Where(e => e.Type != "tombstone").ToListAsync();
                var stored = log.GroupBy(e => e.Id).ToDictionary(g => g.Key, g => g.Count());
                stored.Values.ShouldAllBe(count => count == 1);
                own.SelectMany(writer => writer.Acknowledged).Where(id => !stored.ContainsKey(id)).ShouldBeEmpty("Acknowledged, and not stored.");
                own.SelectMany(writer => writer.Refused).Where(stored.ContainsKey).ShouldBeEmpty("Refused, and stored.");
                own.SelectMany(writer => writer.Unexpected).ShouldBeEmpty("A failure that was not the caller's own.");
                stored.Keys.Except(own.SelectMany(writer => writer.Acknowledged.Concat(writer.InDoubt))).ShouldBeEmpty("An event of another tenant, or of no one.");
                own.ShouldAllBe(writer => writer.Acknowledged.Count > 0);
                await using var session = documents.QuerySession(name);
                (await AgainAsync(() => session.Query<Orders>().ToListAsync())).ToDictionary(o => o.Id, o => o.Count)
                    .ShouldBe(log.GroupBy(e => e.Stream.Value).ToDictionary(g => g.Key, g => g.Count()), ignoreOrder: true);
            }

            (await database.ScalarAsync<long>(Broken)).ShouldBe(0, "A version is missing.");
            await host.StopAsync();
        }
        finally
        {
            await DropDaemonRoleAsync(daemon);
        }

        // Marten tries some things once, and a connection of its pools may be one whose session was ended.
        static async Task<T> AgainAsync<T>(Func<Task<T>> ask)
        {
            while (true)
            {
                try
                {
                    return await ask();
                }
                catch (NpgsqlException lost) when (TransientFaults.IsServerAway(lost))
                {
                    // It has left the pool.
                }
            }
        }

        IHost Build(string daemonConnection)
        {
            var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
            builder.Logging.SetMinimumLevel(LogLevel.None);
            builder.Services.AddMarten(options =>
            {
                options.DatabaseSchemaName = "docs";
                options.Policies.AllDocumentsAreMultiTenanted();
                options.Projections.Snapshot<Orders>(SnapshotLifecycle.Async);
                options.UseLedger(map, new ConjoinedStoreOptions { DaemonConnectionString = daemonConnection, ConnectionsPerTenant = 20 });
            }).AddLedger().AddAsyncDaemon(DaemonMode.Solo);
            return builder.Build();
        }
    }
}
