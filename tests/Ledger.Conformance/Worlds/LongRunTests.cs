using System.Text.Json;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Worlds;

/// <summary>A world near whose end a snapshot was taken costs what came since, however long the run is.</summary>
public abstract class LongRunTests(ITestEngine engine) : EventStoreTests(engine.WithoutRows)
{
    private const int EventCount = 100_000;
    private const int Batch = 5_000;
    private const int Objects = 1_000;
    private const int Tail = 100;

    [Fact]
    public async Task GetWorld_100000EventsAndASnapshotNearTheEnd_ReadsAndFoldsTheTailAlone()
    {
        var run = Runs.GetRun(NewId());
        for (var from = 0; from < EventCount - Tail; from += Batch)
        {
            await run.AppendAsync([.. Enumerable.Range(from, Math.Min(Batch, EventCount - Tail - from)).Select(Event)]);
        }

        await run.SaveSnapshotAsync();
        await run.AppendAsync([.. Enumerable.Range(EventCount - Tail, Tail).Select(Event)]);

        // The events that are read and folded are what it costs; milliseconds would be the machine's.
        var statistics = new ReadStatistics();
        var world = await run.WithStatistics(statistics).GetWorldAsync();

        (world.Position, world.Objects.Count).ShouldBe((new Position(EventCount), Objects));
        (statistics.EventsRead, statistics.EventsFolded).ShouldBe((Tail + 1, Tail));
    }

    private static object Event(int i) => i < Objects
        ? new ObjectCreated($"o{i}", "Note", JsonElement.Parse($$"""{"n":{{i}},"text":"a note of a few words"}"""))
        : new ObjectPatched($"o{i % Objects}", JsonElement.Parse($$"""{"n":{{i}}}"""));
}
