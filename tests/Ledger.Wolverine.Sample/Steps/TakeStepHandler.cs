using System.Text.Json.Nodes;
using Wolverine;
using Wolverine.Persistence.EventSourcing;

namespace Ledger.Wolverine.Sample.Steps;

public sealed record TakeStep(string RunId, int Number);

public sealed record StepTaken(string RunId, int Number);

/// <summary>Takes a step of a run, whatever the engine is: each knows how many were taken before it.</summary>
public sealed class TakeStepHandler
{
    public static (EventsToAppend, OutgoingMessages) Handle(TakeStep command, World world)
    {
        var taken = new ObjectCreated($"step-{command.Number}", "Step", new JsonObject { ["behind"] = world.Position.Value });
        return ([taken], [new StepTaken(command.RunId, command.Number)]);
    }

    public static void Handle(StepTaken message)
    {
    }
}
