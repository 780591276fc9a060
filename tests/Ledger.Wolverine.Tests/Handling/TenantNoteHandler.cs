using Ledger.Wolverine.Sessions;
using Wolverine;
using Wolverine.Persistence.EventSourcing;

namespace Ledger.Wolverine.Tests.Handling;

public sealed record WriteNote(string RunId, string Text);

public sealed record NoteWritten(string Text);

public sealed record CountNotes(string RunId);

public sealed record NoteCount(int Count);

/// <summary>Handlers that do not know of tenants; the envelope of their message does.</summary>
public static class TenantNoteHandler
{
    public static (EventsToAppend, OutgoingMessages) Handle(WriteNote command, World world) =>
        world.FindObject(command.Text) is null ? ([new ObjectCreated(command.Text, "Note")], [new NoteWritten(command.Text)]) : ([], []);

    /// <summary>Sent by the outbox of a handler, for the same tenant.</summary>
    public static async Task HandleAsync(NoteWritten message, LedgerSession session, CancellationToken cancellationToken)
    {
        var run = await session.OpenAsync("follow", cancellationToken);
        await run.AppendAsync([new KitLoaded(message.Text)], cancellationToken);
    }

    public static NoteCount Handle(CountNotes query, [ReadModel("RunId")] World world) => new(world.Objects.Count);
}
