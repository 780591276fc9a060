using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Samples;

/// <summary>The questions of the README.</summary>
public sealed class WorldQuestions
{
    [Fact]
    public async Task Sample_Questions_AreAnswered()
    {
        var output = new List<string>();
        void Print(string line) => output.Add(line);
        var run = Run.InMemory("abc-123");
        await run.AppendAsync([
            new ObjectCreated("claim-1", "Claim", new JsonObject { ["status"] = "open" }), new RelationCreated("r", "cites", "claim-1", "paper")]);
        var branch = await run.ForkAsync(new Position(2));
        await branch.AppendAsync([new ObjectRemoved("claim-1")]);

        // sample: world questions
        var past = await run.GetWorldAsync(new DateTimeOffset(2026, 11, 20, 9, 30, 0, TimeSpan.Zero));    // or at a position, or now
        var claim = await run.FindObjectAsync("claim-1", at: new Position(1));
        var around = await run.GetNeighbourhoodAsync("claim-1", depth: 2);
        var diff = await run.DiffAsync(branch);                                   // computed from the changes since the fork
        var open = new ObjectFilter { Type = "Claim", Contains = JsonElement.Parse("""{"status":"open"}""") };
        await foreach (var item in run.ReadObjectsAsync(open))                    // a page at a time
        {
            Print(item.ToString());
        }

        // end of sample
        output.ShouldBe(["""{"id":"claim-1","type":"Claim","data":{"status":"open"}}"""]);
        (past.BudgetExhausted, claim?.Type, around.Objects.Count, diff.RemovedObjects.Count).ShouldBe((false, "Claim", 2, 1));
    }
}
