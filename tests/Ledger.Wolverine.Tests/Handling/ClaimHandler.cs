using System.Text.Json.Nodes;
using Wolverine;
using Wolverine.Persistence.EventSourcing;

namespace Ledger.Wolverine.Tests.Handling;

public sealed record ProposeClaim(string RunId, string Claim);

public sealed record RefuteClaim(string RunId, string Claim);

public sealed record CountClaims(string RunId);

public sealed record ClaimCount(int Count);

public sealed record ClaimProposed(string RunId, string Claim);

public sealed record ClaimRefused(string RunId, string Claim);

/// <summary>Decides on worlds.</summary>
public static class ClaimHandler
{
    /// <summary>One event, and a message.</summary>
    public static (EventsToAppend, OutgoingMessages) Handle(ProposeClaim command, World world)
    {
        if (world.FindObject(command.Claim) is not null)
        {
            return ([], [new ClaimRefused(command.RunId, command.Claim)]);
        }

        var created = new ObjectCreated(command.Claim, "Claim", new JsonObject { ["number"] = world.Objects.Count });
        return ([created], [new ClaimProposed(command.RunId, command.Claim)]);
    }

    /// <summary>An event, or none.</summary>
    public static ObjectPatched? Handle(RefuteClaim command, World world) => world.FindObject(command.Claim) is not null
        ? new ObjectPatched(command.Claim, new JsonObject { ["status"] = "refuted" })
        : null;

    /// <summary>An answer, without an append.</summary>
    public static ClaimCount Handle(CountClaims query, [ReadModel("RunId")] World world) => new(world.Objects.Count);

    public static void Handle(ClaimProposed message, Heard heard) => heard.Add(message);

    public static void Handle(ClaimRefused message, Heard heard) => heard.Add(message);
}
