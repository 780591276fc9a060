using Ledger.Wolverine.Tests.Http;
using Wolverine.Persistence.EventSourcing;

namespace Ledger.Wolverine.Tests.Handling;

public sealed record PutThing(string RunId, string Thing);

public sealed record PutBeside(string RunId, string Thing);

public sealed record CountThings(string RunId);

public sealed record ThingCount(string Shelf, int Count);

/// <summary>Decides on an aggregate of Marten's that begins with its parent's state.</summary>
public static class ShelfHandler
{
    public static ObjectCreated? Handle(PutThing command, Shelf? shelf) => (shelf?.Things ?? 0) < 3 ? new ObjectCreated(command.Thing, "Thing") : null;

    public static ObjectCreated Handle(PutBeside command, [WriteModel("RunId")] Shelf shelf) => new($"{command.Thing}-{shelf.Things}", "Thing");

    public static ThingCount Handle(CountThings query, [ReadModel("RunId")] Shelf shelf) => new(shelf.Id, shelf.Things);
}
