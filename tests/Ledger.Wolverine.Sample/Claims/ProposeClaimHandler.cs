using System.Text.Json.Nodes;
using Marten;
using Wolverine;
using Wolverine.Persistence.EventSourcing;

namespace Ledger.Wolverine.Sample.Claims;

// sample: a handler that decides on a run's world
public sealed record ProposeClaim(string RunId, string ClaimId, string Text);

public sealed record ClaimProposed(string RunId, string ClaimId);

public static class ProposeClaimHandler
{
    public static (EventsToAppend, OutgoingMessages) Handle(ProposeClaim command, World world, IDocumentSession session)
    {
        if (world.FindObject(command.ClaimId) is not null)
        {
            return ([], []);
        }

        session.Store(new CaseFile(command.RunId, command.ClaimId));
        var claim = new ObjectCreated(command.ClaimId, "Claim", new JsonObject { ["text"] = command.Text });
        return ([claim], [new ClaimProposed(command.RunId, command.ClaimId)]);
    }
}
// end of sample
