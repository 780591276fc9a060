using Marten;

namespace Ledger.Wolverine.Tests.Handling;

public sealed record Note(string Id, string Body);

public sealed record WriteDocument(string RunId, string Body, string? Failure = null);

/// <summary>Stores a document of its own beside the event.</summary>
public static class DocumentHandler
{
    public static KitLoaded Handle(WriteDocument command, World world, IDocumentSession session)
    {
        session.Store(new Note(command.RunId, command.Body));
        if (command.Failure is { } failure)
        {
            session.QueueSqlCommand(failure);
        }

        return new KitLoaded($"{command.Body} at {world.Position}");
    }
}
