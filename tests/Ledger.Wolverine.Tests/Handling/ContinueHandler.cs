using Ledger.Wolverine.Messages;

namespace Ledger.Wolverine.Tests.Handling;

/// <summary>An agent that is run on by a message.</summary>
public static class ContinueHandler
{
    public static KitLoaded Handle(ContinueRun message, Run run) => new($"run on at {message.Length} for {message.Actor} in {run.StreamName.Category}");
}
