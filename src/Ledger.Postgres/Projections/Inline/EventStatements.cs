using Ledger.Events;
using Ledger.Log;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>The statements around the C# of an <see cref="EventProjection"/>.</summary>
internal sealed class EventStatements(EventProjection projection, SchemaNames schemas, EventRegistry registry)
{
    public string Pending { get; init; } = SqlText.Load("pending_events", schemas);

    public string Advance { get; } = SqlText.Load("advance_pending", schemas);

    /// <summary>The names of the events that have a handler; null when every event has.</summary>
    public string[]? Types { get; } =
        projection.EventTypes.Contains(typeof(UntypedEvent)) ? null : registry.NamesOf(projection.EventTypes);
}
