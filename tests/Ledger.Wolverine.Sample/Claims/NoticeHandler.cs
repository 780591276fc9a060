using JasperFx.Events;
using Marten;

namespace Ledger.Wolverine.Sample.Claims;

/// <summary>Stores each event it receives; a repeated one overwrites the same document.</summary>
public static class NoticeHandler
{
    public static void Handle(IEvent<ObjectCreated> happened, IDocumentSession session) =>
        session.Store(new Notice(happened.Id, happened.StreamKey!, happened.Version, happened.Data.Id));

    public static void Handle(ClaimProposed message, IDocumentSession session) =>
        session.Store(new CaseFile($"{message.RunId}/{message.ClaimId}", "proposed"));
}
