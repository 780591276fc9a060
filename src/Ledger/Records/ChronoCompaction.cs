using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>The result of a compaction.</summary>
/// <param name="Sequence">
/// The seq of the compacted state: the highest seq that was compacted away, which the package's <c>compact()</c> returns too.
/// </param>
/// <param name="Events">The number of chain events removed from the stream; events of earlier compactions do not count.</param>
/// <param name="Event">The compaction's own event, with the next seq.</param>
public sealed record ChronoCompaction(long Sequence, long Events, WalEvent Event);
