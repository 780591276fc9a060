namespace Ledger.Runs;

/// <summary>Why an event happened, or what came of it: a walk along causes through the history of one run or branch.</summary>
/// <remarks>
/// <para>Breadth first, the event asked about first, each event once, at its first visit. Upwards the causes of an event come in the
/// order in which it lists them, its causes by id before those by foreign id; downwards its effects come in the order of the history.
/// A loop of causes ends where it began. The walk goes through merges to the events of the histories that were merged.</para>
/// <para>Immutable. Two are equal when they are the same instance.</para>
/// </remarks>
public sealed class CausalTrace
{
    internal CausalTrace(StreamName stream, IReadOnlyList<TraceEntry> entries)
    {
        Stream = stream;
        Entries = entries;
    }

    /// <summary>The run or branch whose history was walked.</summary>
    public StreamName Stream { get; }

    /// <summary>All steps in order, including causes that are not in the history: those that never existed and those of other histories.</summary>
    public IReadOnlyList<TraceEntry> Entries { get; }

    /// <summary>The events in order, without what is missing; empty when the event asked about is not in the history.</summary>
    public IEnumerable<RecordedEvent> Events => Entries.Where(e => e.Event is not null).Select(e => e.Event!);
}
