using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>What a compaction did.</summary>
/// <param name="Sequence">
/// The seq at which the state stood: the highest of those that were compacted away, which is what the package's <c>compact()</c> returns.
/// </param>
/// <param name="Events">How many events of the chain were taken out of the stream, which is fewer behind an earlier compaction.</param>
/// <param name="Event">The event of the compaction, with the next seq.</param>
public sealed record ChronoCompaction(long Sequence, long Events, WalEvent Event);
