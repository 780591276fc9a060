using Ledger.Explorer.Seals;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Tasks;

namespace Ledger.Explorer.Events;

/// <summary>An event with its causes and effects.</summary>
/// <param name="Stream">The run or branch in whose history it is shown.</param>
/// <param name="Event">The event.</param>
/// <param name="Length">The length of that history.</param>
/// <param name="Causes">Its causes and their causes, nearest first, without itself.</param>
/// <param name="Effects">Its effects and their effects; null if finding them would read a long history and was not asked for.</param>
/// <param name="Call">The call that it belongs to, or null.</param>
internal sealed record EventModel(
    StreamName Stream,
    RecordedEvent Event,
    Position Length,
    IReadOnlyList<TraceEntry> Causes,
    IReadOnlyList<TraceEntry>? Effects,
    Call? Call)
{
    /// <summary>The largest data, in bytes, that is shown as a tree.</summary>
    public const int MostShown = 512 * 1024;

    /// <summary>Whether it can be changed in a branch by a page: it is not too large, and does not describe a branch.</summary>
    public bool CanChange { get; init; }

    /// <summary>Where the event is in whose place it stands; null if it replaces none.</summary>
    public StreamName? Parent { get; init; }

    /// <summary>By which event its payload was masked; null if it was not.</summary>
    public MaskedEvent? Masked { get; init; }

    /// <summary>How it compares with the seal.</summary>
    public SealedEvents Compared { get; init; } = SealedEvents.None;

    public Position Position => Event.Position!.Value;
}
