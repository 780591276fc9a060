using Ledger.Conformance;
using Ledger.Postgres.Tests.Tenants;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Wolverine.Tests.Sample;

/// <summary>Nodes of one application whose tenants have their logs in one schema, of which the oldest is killed: the others finish what it began, each message in its tenant's log.</summary>
public sealed class ConjoinedNodesTests(ConjoinedDatabase database) : IClassFixture<ConjoinedDatabase>
{
    private const string Engine = "marten-conjoined";
    private static readonly string[] Tenants = ["acme", "bolt"];

    [Fact]
    public async Task Messages_OfNodesThatAreKilled_AreHandledOnceInTheLogOfTheirTenant_ForwardedAndProjected()
    {
        var (steps, daemon) = (Scale.Of(10, 100), $"{database.Role}_daemon");
        await database.ScalarAsync<int>($"create role {daemon} login password 'secret' in role {database.Role}; select 1");
        await database.Map.AllowDaemonAsync(daemon);
        foreach (var tenant in Tenants)
        {
            await database.Map.AddAsync(tenant);
        }

        await using var all = NpgsqlDataSource.Create(database.SuperuserString);
        var nodes = new List<SampleProcess>();
        try
        {
            nodes.Add(await SampleProcess.StartStaticAsync(database.ConnectionString, Engine));
            nodes.AddRange(await Task.WhenAll(Enumerable.Range(0, Scale.Of(1, 2)).Select(_ => SampleProcess.StartStaticAsync(database.ConnectionString, Engine))));
            var count = (nodes.Count + 1) * steps;

            // Two nodes have messages for the same run, and the tenants have runs of the same names.
            await Task.WhenAll(Tenants.SelectMany(tenant => nodes.Select((node, n) => node.PostAsync($"/runs/nodes-{n / 2}/steps/{steps}?from={n % 2 * steps}&tenant={tenant}", ""))));
            await WaitAsync(all, $"select count(*) >= {steps} from ledger.mt_events where type = 'object.created'");

            // The oldest leads, and has projections.
            nodes[0].Dispose();
            await Task.WhenAll(Tenants.Select(tenant => nodes[1].PostAsync($"/runs/nodes-later/steps/{steps}?tenant={tenant}", "")));
            foreach (var tenant in Tenants)
            {
                await WaitAsync(all, $"select count(*) = {count} from ledger.mt_events where type = 'object.created' and tenant_id = '{tenant}'");
                await WaitAsync(all, $"select count(*) = {count} from docs.mt_doc_notice where tenant_id = '{tenant}'");
                await WaitAsync(all, $"""
                    select bool_and(w.mt_version is not distinct from s.version)
                    from ledger.mt_streams as s
                    left join ledger.mt_doc_ledger_world as w on w.id = s.id and w.tenant_id = s.tenant_id
                    where s.tenant_id = '{tenant}' and s.id <> 'mt_tombstone'
                    """);
            }

            await WaitAsync(all, """
                select not exists (select from docs.wolverine_outgoing_envelopes)
                   and not exists (select from docs.wolverine_incoming_envelopes where status <> 'Handled')
                """);
            (await AskAsync<long>(all, "select count(distinct (tenant_id, stream_id, data ->> 'id')) from ledger.mt_events where type = 'object.created'")).ShouldBe(Tenants.Length * count);
            (await AskAsync<bool>(all, "select bool_and((data -> 'data' ->> 'behind')::bigint = version - 1) from ledger.mt_events where type = 'object.created'")).ShouldBeTrue();
            (await AskAsync<long>(all, "select count(*) from docs.wolverine_dead_letters")).ShouldBe(0);
            (await AskAsync<long>(all, "select count(*) from ledger.mt_events where tenant_id not in ('acme', 'bolt')")).ShouldBe(0);
        }
        catch (TimeoutException fault)
        {
            throw new TimeoutException($"{fault.Message}\n{string.Join("\n----\n", nodes.Select(node => node.Failures))}");
        }
        finally
        {
            nodes.ForEach(node => node.Dispose());
            await database.Map.ForbidDaemonAsync();
            await database.ScalarAsync<int>($"drop owned by {daemon}; drop role {daemon}; select 1");
        }
    }

    private static async Task WaitAsync(NpgsqlDataSource all, string question)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (!await SampleDatabase.IsAsync(all, question))
            {
                await pace.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Still not: {question}");
        }
    }

    private static async Task<T> AskAsync<T>(NpgsqlDataSource all, string sql)
    {
        await using var command = all.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
