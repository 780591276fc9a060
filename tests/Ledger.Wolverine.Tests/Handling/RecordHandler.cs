using Ledger.Records;
using Marten;
using Wolverine;
using Wolverine.Attributes;

namespace Ledger.Wolverine.Tests.Handling;

public sealed record Believe(string Project, string Id, bool Fails = false);

public sealed record Believed(string Id, long Seq);

/// <summary>Writes records beside a document, and sends a message about them.</summary>
public static class RecordHandler
{
    [Transactional]
    public static async Task<OutgoingMessages> Handle(Believe command, IDocumentSession session, CancellationToken cancellationToken)
    {
        var records = session.Ledger().Records(command.Project);
        var written = await records.UpsertAsync(new ChronoRecord { Id = command.Id }, cancellationToken);
        await records.UpsertAsync(new ChronoRecord { Id = "last", Label = command.Id }, cancellationToken);
        session.Store(new Note(command.Id, command.Project));
        return command.Fails ? throw new NotSupportedException("It changed its mind.") : [new Believed(command.Id, written.Seq)];
    }

    public static void Handle(Believed happened, Heard heard) => heard.Add(happened);
}
