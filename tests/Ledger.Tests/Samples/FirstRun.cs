using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Samples;

/// <summary>The sample of the README.</summary>
public sealed class FirstRun
{
    [Fact]
    public async Task Sample_Output_IsAsTheReadmeSays()
    {
        var output = new List<string>();
        void Print(string line) => output.Add(line);

        // sample: first run
        var run = Run.InMemory("abc-123");
        await run.AppendAsync(
        [
            new ObjectCreated("claim-1", "Claim", new JsonObject { ["text"] = "Water boils at 100 °C.", ["status"] = "open" }),
            new ObjectCreated("source-1", "Source", new JsonObject { ["title"] = "A kettle by the sea" }),
            new RelationCreated("relation-1", "supports", "source-1", "claim-1"),
        ]);

        // The branch shares three events with the run and copies none; the run does not notice it.
        var branch = await run.ForkAsync(new Position(3));
        await branch.AppendAsync([new ObjectPatched("claim-1", new JsonObject { ["status"] = "refuted" })]);

        var diff = WorldDiff.Between(await run.GetWorldAsync(), await branch.GetWorldAsync());
        Print(diff.Summary());                                                    // ~1 objects patched
        foreach (var change in diff.Changes)
        {
            Print($"{change.Id} {change.Path}: {change.Old} -> {change.New}");    // claim-1 /data/status: open -> refuted
        }

        // end of sample
        output.ShouldBe(["~1 objects patched", "claim-1 /data/status: open -> refuted"]);
    }
}
