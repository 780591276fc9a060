using Ledger.Log;

namespace Ledger.Postgres.Schema;

/// <summary>How far the tagging of earlier events has come; see <see cref="LedgerMigrator.TagEventsAsync"/>.</summary>
/// <param name="Events">How many events were read.</param>
/// <param name="Tags">How many tags were added; those that were there already do not count.</param>
/// <param name="Reached">The sequence number up to which every event has its tags.</param>
/// <param name="Last">The sequence number of the newest event when it began; later ones are tagged by their appends.</param>
public sealed record EventTagging(long Events, long Tags, SequenceNumber Reached, SequenceNumber Last);
