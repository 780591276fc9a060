using JasperFx.Events;
using Ledger.Wolverine.Tests.Handling;

namespace Ledger.Wolverine.Tests.Forwarding;

/// <summary>An event that was forwarded.</summary>
public sealed record Forwarded(string? Stream, long Version, object Data);

/// <summary>Receives events: of one type with their place, of another without.</summary>
public static class ForwardedHandler
{
    public static void Handle(IEvent<RelationCreated> happened, Heard heard)
    {
        var forwarded = new Forwarded(happened.StreamKey, happened.Version, happened.Data);
        var isFirst = !heard.Messages.Contains(forwarded);
        heard.Add(forwarded);
        if (happened.Data.Id.StartsWith("fails", StringComparison.Ordinal) && isFirst)
        {
            throw new TimeoutException("This one wants to be handled twice.");
        }
    }

    public static void Handle(RelationRemoved happened, Heard heard) => heard.Add(new Forwarded(null, 0, happened));
}
