using System.Text.Json.Nodes;
using JasperFx.Events.Projections;
using Ledger.Marten.Streams;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Worlds;
using Marten;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Worlds;

/// <summary>The rows of worlds, written and rebuilt by a projection of Marten.</summary>
public sealed class WorldRowsProjectionTests : IAsyncLifetime
{
    private const string Name = "ledger_world_rows";

    private static readonly string[] Tables = ["world_head", "world_object", "world_object_past", "world_relation", "world_relation_past", "world_fault"];

    private readonly MartenDatabase _database = MartenDatabase.Empty();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Rows_InlineAndRebuiltByMartensDaemon_AreThoseOfTheNativeEngine()
    {
        var documents = _database.CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        var runs = await FillAsync(store);
        await using (var session = documents.LightweightSession())
        {
            await session.Ledger().GetRun("session").AppendAsync([new ObjectCreated("s", "claim", [])]);
            session.Events.Append("run:mine", new ObjectCreated("m", "claim", []));
            session.Events.Append("other", new ObjectCreated("o", "claim", []));
            await session.SaveChangesAsync();
        }

        var inline = await RowsAsync();
        await new ProjectionAdmin(_database.DataSource).RebuildAsync("world");
        (await RowsAsync()).ShouldBe(inline);
        await _database.ExecuteAsync(
            "delete from ledger.world_object_past; update ledger.world_object set type = 'wrong'; delete from ledger.world_relation; update ledger.world_head set budget_version = null; delete from ledger.world_fault");
        (await RowsAsync()).ShouldNotBe(inline);

        ((StoreOptions)documents.Options).Projections.All.Single(p => p.Name == Name).Lifecycle.ShouldBe(ProjectionLifecycle.Inline);
        using var daemon = await documents.BuildProjectionDaemonAsync();
        await daemon.RebuildProjectionAsync(Name, CancellationToken.None);

        (await RowsAsync()).ShouldBe(inline);
        foreach (var run in runs)
        {
            (await run.GetWorldAsync()).ToString().ShouldBe(World.Fold(await run.ReadAllAsync()).ToString());
        }
    }

    [Fact]
    public async Task Rebuild_WhileOthersAppendAndAsk_NeverShowsAWrongWorld()
    {
        var documents = _database.CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        var ledger = new AgentLedger(store);
        var runs = Enumerable.Range(0, 30).Select(i => ledger.GetRun($"busy-{i}")).ToList();
        foreach (var run in runs)
        {
            await run.AppendAsync([.. Enumerable.Range(0, 20).Select(i => new ObjectCreated($"o{i}", "claim", []))]);
        }

        using var daemon = await documents.BuildProjectionDaemonAsync();
        using var done = new CancellationTokenSource();
        var (appended, asked) = (0, 0);
        var appending = Task.Run(async () =>
        {
            for (; !done.IsCancellationRequested; appended++)
            {
                await runs[appended % runs.Count].AppendAsync([new ObjectPatched("o1", new JsonObject { ["n"] = appended })]);
            }
        });
        var asking = Task.Run(async () =>
        {
            for (; !done.IsCancellationRequested; asked++)
            {
                var run = runs[asked * 7 % runs.Count];
                var objects = await run.ReadObjectsAsync(new ObjectFilter { Type = "claim" }).CountAsync();
                objects.ShouldBe(20);
            }
        });
        for (var i = 0; i < 5; i++)
        {
            await daemon.RebuildProjectionAsync(Name, CancellationToken.None);
        }

        await done.CancelAsync();
        await Task.WhenAll(appending, asking);

        (appended, asked).ShouldBeGreaterThan((5, 5));
        foreach (var run in runs)
        {
            (await run.GetWorldAsync()).ToString().ShouldBe(World.Fold(await run.ReadAllAsync()).ToString());
        }
    }

    [Fact]
    public async Task Lists_OfLedgersCommands_HaveThemOnce()
    {
        await using var store = new MartenEventStore(_database.CreateDocumentStore());
        await new AgentLedger(store).GetRun("listed").AppendAsync([new ObjectCreated("a", "claim", [])]);
        var admin = new ProjectionAdmin(_database.DataSource);

        (await admin.ListAsync()).ShouldBeEmpty();
        admin.Rebuildable.ShouldContain("ledger:world");
    }

    private static async Task<IReadOnlyList<Run>> FillAsync(MartenEventStore store)
    {
        var ledger = new AgentLedger(store);
        var runs = new List<Run>();
        for (var i = 0; i < 3; i++)
        {
            var run = ledger.GetRun($"r{i}");
            await run.AppendAsync(
            [
                new ObjectCreated("a", "claim", new JsonObject { ["n"] = i }),
                new ObjectCreated("b", "claim", []),
                new RelationCreated("r", "supports", "a", "b"),
                new ObjectPatched("ghost", new JsonObject { ["n"] = 1 }),
            ]);
            await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["later"] = true }), new BudgetExhausted(["max"])]);
            var branch = await run.ForkAsync(new Position(3), new ForkOptions { Id = $"b{i}" });
            await branch.AppendAsync([new ObjectRemoved("b"), new ObjectCreated("c", "source", [])]);
            var twig = await branch.ForkAsync(new Position(5), new ForkOptions { Id = $"a-twig{i}" });
            await twig.AppendAsync([new ObjectPatched("a", new JsonObject { ["twig"] = i }), new RelationRemoved("r")]);
            await run.AppendAsync([new ObjectRemoved("a"), new ObjectCreated("a", "claim", [])]);
            runs.AddRange([run, branch, twig]);
        }

        await store.ArchiveAsync(runs[0].StreamName);
        return runs;
    }

    private async Task<string> RowsAsync()
    {
        var rows = new List<string>();
        foreach (var table in Tables)
        {
            rows.Add(table + "\n" + await _database.TextAsync(
                $"select coalesce(string_agg(to_jsonb(t)::text, e'\\n' order by to_jsonb(t)::text), '') from ledger.{table} as t"));
        }

        return string.Join('\n', rows);
    }
}
