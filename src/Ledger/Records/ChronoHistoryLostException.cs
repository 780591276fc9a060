namespace Ledger.Records;

/// <summary>A moment was asked for that lies before what the store still has.</summary>
public sealed class ChronoHistoryLostException : Exception
{
    internal ChronoHistoryLostException(ChronoMoment asked, long firstSeq)
        : base($"The store is known from seq {firstSeq} on, and {asked} lies before it: that history was deleted by a compaction, or not"
            + " in the files that were imported. Ask for a later moment.")
    {
        Asked = asked;
        FirstSeq = firstSeq;
    }

    /// <summary>What was asked for.</summary>
    public ChronoMoment Asked { get; }

    /// <summary>The first seq whose state is known.</summary>
    public long FirstSeq { get; }
}
