using Ledger.Runs;
using Ledger.Tasks;

namespace Ledger.Explorer.Events;

/// <summary>An event with the way to it and from it.</summary>
/// <param name="Stream">The run or branch in whose history it is looked at.</param>
/// <param name="Event">The event.</param>
/// <param name="Length">The length of that history.</param>
/// <param name="Causes">Its causes and theirs, the nearest first, without itself.</param>
/// <param name="Effects">Its effects and theirs; null where looking for them would read a long history unasked.</param>
/// <param name="Call">The call of a task that it belongs to, or null.</param>
internal sealed record EventModel(
    StreamName Stream,
    RecordedEvent Event,
    Position Length,
    IReadOnlyList<TraceEntry> Causes,
    IReadOnlyList<TraceEntry>? Effects,
    Call? Call)
{
    /// <summary>Data up to this size is shown as a tree.</summary>
    public const int MostShown = 512 * 1024;

    public Position Position => Event.Position!.Value;
}
