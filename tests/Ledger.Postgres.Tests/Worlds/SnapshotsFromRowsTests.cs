using System.Text.Json;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Worlds;

/// <summary>A snapshot is taken from the rows of a world, however long its history is.</summary>
public sealed class SnapshotsFromRowsTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    [Fact]
    public async Task SaveSnapshot_RunAndBranch_IsTheFold_AndReadsOneEvent()
    {
        var run = new AgentLedger(database.Store).GetRun("rows");
        (await run.SaveSnapshotAsync()).LastEventId.ShouldBeNull();
        await run.AppendAsync(
        [
            new ObjectCreated("o1", "T", Json("""{"n":0}""")), new ObjectPatched("gone", Json("""{"n":1}""")),
            .. Enumerable.Range(1, 300).Select(n => new ObjectPatched("o1", Json($$"""{"n":{{n}}}"""))),
            new RelationCreated("r", "t", "o1", "o2"),
        ]);
        var branch = await run.ForkAsync(new Position(200));
        await branch.AppendAsync([new ObjectRemoved("o1")]);

        foreach (var one in new[] { run, branch })
        {
            var statistics = new ReadStatistics();
            var saved = await one.WithStatistics(statistics).SaveSnapshotAsync();

            var events = await one.ReadAllAsync();
            (statistics.EventsRead, statistics.EventsFolded).ShouldBe((1, 0));
            (saved.Position.Value, saved.LastEventId).ShouldBe((events.Count, events[^1].Id));
            saved.World.Faults.Count.ShouldBe(1);
            var diff = WorldDiff.Between(World.Fold(events), (await one.LoadSnapshotAsync()).ShouldNotBeNull().World);
            (diff.HasChanges, saved.World.Objects.Count, saved.World.Relations.Count).ShouldBe((false, one == run ? 1 : 0, one == run ? 1 : 0));
        }
    }

    [Fact]
    public async Task SaveSnapshot_UselessOneOfALaterVersion_IsReplaced()
    {
        var run = new AgentLedger(database.Store).GetRun("useless");
        await run.AppendAsync([new ObjectCreated("o1", "T")]);
        await run.SaveSnapshotAsync();
        await database.ExecuteAsync("update ledger.mt_doc_ledger_world set mt_version = 9, data = data || '{\"checksum\": \"wrong\"}' where id = 'run:useless'");

        (await run.SaveSnapshotAsync()).Position.ShouldBe(new Position(1));

        (await database.ScalarAsync<long>("select mt_version from ledger.mt_doc_ledger_world where id = 'run:useless'")).ShouldBe(1);
        (await run.LoadSnapshotAsync()).ShouldNotBeNull().Position.ShouldBe(new Position(1));
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
