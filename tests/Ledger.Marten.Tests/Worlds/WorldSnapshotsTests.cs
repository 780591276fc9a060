using System.Text.Json.Nodes;
using JasperFx.Events.Projections;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Marten;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Worlds;

public sealed class WorldSnapshotsTests : IAsyncLifetime
{
    private const string Documents =
        "select string_agg(d.id || ' ' || d.mt_version || ' ' || d.mt_dotnet_type || ' ' || d.data, e'\\n' order by d.id collate \"C\") "
        + "from ledger.mt_doc_ledger_world as d";

    private readonly MartenDatabase _database = MartenDatabase.Empty();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(ProjectionLifecycle.Inline)]
    [InlineData(ProjectionLifecycle.Async)]
    public async Task Documents_AreThoseOfTheNativeEngine_AlsoAfterARebuild(ProjectionLifecycle lifecycle)
    {
        var documents = _database.CreateDocumentStore(configure: o => o.SnapshotWorlds(lifecycle));
        await documents.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await using var store = new MartenEventStore(documents);
        var branches = await FillAsync(store);
        using var daemon = await documents.BuildProjectionDaemonAsync();
        if (lifecycle == ProjectionLifecycle.Async)
        {
            await daemon.StartAllAsync();
            await daemon.WaitForNonStaleData(TimeSpan.FromMinutes(2));
            await daemon.StopAllAsync();
        }

        var byMarten = await _database.TextAsync(Documents);
        await _database.ExecuteAsync("update ledger.mt_doc_ledger_world set data = '{}', mt_version = 100");
        await daemon.RebuildProjectionAsync("ledger_world", CancellationToken.None);
        var rebuilt = await _database.TextAsync(Documents);
        await _database.ExecuteAsync("delete from ledger.mt_doc_ledger_world");
        await using var native = new PostgresEventStore(_database.DataSource);
        foreach (var stream in branches)
        {
            var run = await new AgentLedger(native).FindAsync(stream);
            await run!.SaveSnapshotAsync();
        }

        var byNative = await _database.TextAsync(Documents);
        byMarten.ShouldBe(byNative);
        rebuilt.ShouldBe(byNative);
    }

    private static async Task<IReadOnlyList<StreamName>> FillAsync(MartenEventStore store)
    {
        var run = new AgentLedger(store).GetRun("world");
        await run.AppendAsync(
        [
            new ObjectCreated("a", "Claim", new JsonObject { ["n"] = JsonNode.Parse("12345678901234567890.125") }),
            new ObjectCreated("b", "Claim", []),
        ]);
        await run.AppendAsync([new RelationCreated("r", "supports", "a", "b"), new ObjectPatched("a", new JsonObject { ["n"] = 1 })]);
        var branch = await run.ForkAsync(new Position(3), new ForkOptions { Id = "world-branch" });
        await branch.AppendAsync([new ObjectRemoved("b"), new KitLoaded("k")]);
        var twig = await branch.ForkAsync(new Position(5), new ForkOptions { Id = "world-twig" });
        await twig.AppendAsync([new BudgetExhausted(["max"])]);
        return [run.StreamName, branch.StreamName, twig.StreamName];
    }
}
