namespace Ledger.Records;

/// <summary>The requested moment is earlier than the history that the store still has.</summary>
public sealed class ChronoHistoryLostException : Exception
{
    internal ChronoHistoryLostException(ChronoMoment asked, long firstSeq)
        : base($"The store has its history from seq {firstSeq} on, but {asked} is earlier: that part was deleted by a compaction, or was not"
            + " in the files that were imported. Ask for a later moment.")
    {
        Asked = asked;
        FirstSeq = firstSeq;
    }

    /// <summary>The requested moment.</summary>
    public ChronoMoment Asked { get; }

    /// <summary>The first seq whose state is known.</summary>
    public long FirstSeq { get; }
}
