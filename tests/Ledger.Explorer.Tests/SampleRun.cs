using System.Text.Json.Nodes;
using Ledger.Log;

namespace Ledger.Explorer.Tests;

/// <summary>A run of an agent that looks at two claims, and a branch that judges otherwise.</summary>
public static class SampleRun
{
    public static readonly StreamName Run = StreamName.Run("kettle");
    public static readonly StreamName Branch = StreamName.Branch("kettle-strict");
    public const int Length = 12;
    public const int ForkPosition = 8;

    public static async Task<Run> WriteAsync(AgentLedger ledger)
    {
        var run = ledger.GetRun(Run.Id);
        var request = new NewEvent(new LlmRequest(Model: "small", MaxTokens: 100), new EventMetadata { Actor = "reader" });
        var response = new NewEvent(
            new LlmResponse("Water boils at 100 °C.", "small", 0.0125m), new EventMetadata { Actor = "reader", Causes = [request.Id] });
        var claim = new NewEvent(
            new ObjectCreated("claim-1", "Claim", new JsonObject { ["text"] = "Water boils at 100 °C.", ["status"] = "open" }),
            new EventMetadata { Actor = "reader", Causes = [response.Id] });
        var source = new NewEvent(
            new ObjectCreated("source-1", "Source", new JsonObject { ["title"] = "A kettle by the sea" }),
            new EventMetadata { Actor = "reader", Causes = [response.Id] });
        var relation = new NewEvent(
            new RelationCreated("relation-1", "supports", "source-1", "claim-1"), new EventMetadata { Actor = "reader", Causes = [claim.Id, source.Id] });
        var judged = new NewEvent(
            new ObjectPatched("claim-1", new JsonObject { ["status"] = "confirmed" }), new EventMetadata { Actor = "judge", Causes = [relation.Id] });
        await run.AppendAsync(
        [
            new KitLoaded("kettle"), request, response, claim, source, relation, new ResponderFired("judge"),
            new NewEvent(new ToolCalled("thermometer"), new EventMetadata { Actor = "judge" }), judged,
            new NewEvent(new ObjectCreated("claim-2", "Claim", new JsonObject { ["text"] = "Salt lowers it." }), new EventMetadata { Actor = "reader" }),
            new RelationCreated("relation-2", "contradicts", "source-1", "claim-2"), new ResponderCompleted("judge"),
        ]);
        var branch = await run.ForkAsync(new Position(ForkPosition), new ForkOptions { Id = Branch.Id, Name = "what if we doubt?" });
        await branch.AppendAsync(
        [
            new NewEvent(new ObjectPatched("claim-1", new JsonObject { ["status"] = "refuted" }), new EventMetadata { Actor = "sceptic" }),
            new ObjectCreated("note-1", "Note", new JsonObject { ["text"] = "At 4,000 m it boils at 87 °C." }),
        ]);
        return run;
    }
}
