using Ledger.Conformance;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Tenants;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Wolverine.Tests.Sample;

/// <summary>Three nodes of one application, of which the oldest is killed: the others finish what it began, in the databases of all tenants if it has some.</summary>
public sealed class NodesTests
{
    private const string Undone = "status <> 'Handled'";
    private const string Tenants = "marten-tenants";

    public static TheoryData<string, string> Engines => Scale.IsSoak
        ? new() { { "marten-nodes", "public" }, { Tenants, "public" }, { "native-nodes", "wolverine" } }
        : new() { { "marten-nodes", "public" }, { Tenants, "public" } };

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Messages_OfNodesThatAreKilled_AreHandledOnce_ForwardedAndProjected(string engine, string schema)
    {
        var (rounds, steps) = (Scale.Of(1, 4), Scale.Of(20, 60));
        var database = new SampleDatabase();
        await database.InitializeAsync();
        var logs = engine == Tenants ? await CreateTenantsAsync(database) : new() { [""] = database };
        var nodes = new List<SampleProcess>();
        var killed = new List<SampleProcess>();
        try
        {
            nodes.Add(await SampleProcess.StartStaticAsync(database.ConnectionString, engine));
            nodes.AddRange(await Task.WhenAll(
                SampleProcess.StartStaticAsync(database.ConnectionString, engine), SampleProcess.StartStaticAsync(database.ConnectionString, engine)));
            var runs = 0;
            for (var round = 0; round < rounds; round++)
            {
                // Two nodes have messages for the same run, so that they overtake each other; the tenants have runs of the same names.
                await Task.WhenAll(logs.Keys.SelectMany(tenant => nodes.Select((node, n) => node.PostAsync($"/runs/nodes-{round}-{n / 2}/steps/{steps}?from={n % 2 * steps}&tenant={tenant}", ""))));
                foreach (var log in logs.Values)
                {
                    await log.WaitAsync($"select count(*) >= {(runs * steps) + (steps / 2)} from ledger.mt_events where type = 'object.created'");
                }

                // The oldest leads, and has projections.
                nodes[0].Dispose();
                killed.Add(nodes[0]);
                nodes.RemoveAt(0);
                foreach (var tenant in logs.Keys)
                {
                    await nodes[0].PostAsync($"/runs/nodes-{round}-later/steps/{steps}?tenant={tenant}", "");
                }

                runs += 4;
                if (round < rounds - 1)
                {
                    nodes.Add(await SampleProcess.StartStaticAsync(database.ConnectionString, engine));
                }
            }

            var all = runs * steps;
            foreach (var messages in logs.Values.Append(database).Distinct())
            {
                await messages.WaitAsync($"""
                    select not exists (select from {schema}.wolverine_outgoing_envelopes)
                       and not exists (select from {schema}.wolverine_incoming_envelopes where {Undone})
                    """);
                (await messages.AskAsync<long>($"select count(*) from {schema}.wolverine_dead_letters")).ShouldBe(0);
            }

            foreach (var log in logs.Values)
            {
                await log.WaitAsync($"select count(*) = {all} from ledger.mt_events where type = 'object.created'");
                (await log.AskAsync<long>("select count(distinct (stream_id, data ->> 'id')) from ledger.mt_events where type = 'object.created'")).ShouldBe(all);
                (await log.AskAsync<bool>("select bool_and((data -> 'data' ->> 'behind')::bigint = version - 1) from ledger.mt_events")).ShouldBeTrue();
                await ShouldBeProjectedAsync(log, engine, all);
                await ShouldBeTheFoldAsync(log, engine == "native-nodes" ? ["rows"] : ["snapshot", "rows"]);
            }

            if (engine == Tenants)
            {
                // Each node has some of the projections of the tenants' databases.
                await database.WaitAsync($"select count(distinct node_id) = {nodes.Count} from {schema}.wolverine_node_assignments where id like 'event-subscriptions:%'");

                // What a program without Marten appends to a tenant's database is projected there too.
                await using var native = new PostgresEventStore(logs["acme"].DataSource);
                await native.AppendAsync(StreamName.Run("native"), ExpectedVersion.NoStream, [new ObjectCreated("native", "Step")]);
                await logs["acme"].WaitAsync("select exists (select from ledger.mt_doc_ledger_world where id = 'run:native')");
            }
        }
        catch (TimeoutException fault)
        {
            throw new TimeoutException($"{fault.Message}\n{string.Join("\n----\n", killed.Concat(nodes).Select(node => node.Failures))}");
        }
        finally
        {
            nodes.ForEach(node => node.Dispose());
            foreach (var log in logs.Values.Append(database).Distinct())
            {
                await log.DisposeAsync();
            }
        }
    }

    private static async Task<Dictionary<string, SampleDatabase>> CreateTenantsAsync(SampleDatabase master)
    {
        var table = new TenantTable(master.DataSource);
        await table.CreateAsync();
        var logs = new Dictionary<string, SampleDatabase>();
        foreach (var tenant in new[] { "acme", "bolt" })
        {
            logs[tenant] = new SampleDatabase();
            await logs[tenant].InitializeAsync();
            await table.SetAsync(new TenantDatabase(tenant, logs[tenant].ConnectionString));
        }

        return logs;
    }

    private static async Task ShouldBeProjectedAsync(SampleDatabase database, string engine, int all)
    {
        if (engine != "native-nodes")
        {
            // The daemon makes the table when it takes the projection over.
            await database.WaitAsync($"select count(*) = {all} from mt_doc_notice");

            // Where a save fails, Marten may write tombstones in the place of its events.
            await database.WaitAsync("""
                select bool_and(w.mt_version is not distinct from s.version)
                from ledger.mt_streams as s
                left join ledger.mt_doc_ledger_world as w on w.id = s.id
                where s.id <> 'mt_tombstone'
                """);
            (await database.AskAsync<bool>("""
                select bool_and(b.mt_version is not distinct from s.version and b.data ->> 'Claims' = '0')
                from ledger.mt_streams as s
                left join mt_doc_board as b on b.id = s.id
                where s.id <> 'mt_tombstone'
                """)).ShouldBeTrue();
        }
        else
        {
            await database.WaitAsync("""
                select exists (
                    select from ledger.mt_event_progression as p
                    where p.name like 'notices%' and p.last_seq_id >= (select max(e.seq_id) from ledger.mt_events as e))
                """);
        }
    }

    private static async Task ShouldBeTheFoldAsync(SampleDatabase database, string[] forms)
    {
        await using var store = new PostgresEventStore(database.DataSource);
        var ledger = new AgentLedger(store);
        await foreach (var run in ledger.ListRunsAsync())
        {
            var report = await ledger.GetRun(run.Name.Id).ReplayAsync();
            report.Comparisons.Select(c => (c.Form, c.Position, c.Difference, c.Fault))
                .ShouldBe(forms.Select(form => (form, report.Position, (WorldDifference?)null, (string?)null)));
        }
    }
}
