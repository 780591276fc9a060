namespace Ledger.Postgres;

/// <summary>The SQLSTATEs of our own that the code asks for.</summary>
internal static class LedgerErrorCodes
{
    /// <summary>A record store does not stand where the writer believed.</summary>
    public const string ChronoMoved = "LG010";

    /// <summary>A branch shares the events that were to be taken out of a record store's stream.</summary>
    public const string ChronoShared = "LG011";

    /// <summary>Another node has moved a shard on.</summary>
    public const string ShardMoved = "LG012";

    /// <summary>Events were to be taken out of a stream that Ledger reads as a whole.</summary>
    public const string HistoryNeeded = "LG020";

    /// <summary>A role would have changed the log otherwise than it may.</summary>
    public const string Guarded = "LG030";

    /// <summary>An archive of retention does not fit what the log has.</summary>
    public const string NotRestored = "LG041";

    /// <summary>The log of a tenant has moved to another database.</summary>
    public const string LogMoved = "LG042";

    /// <summary>A log would have more than its quota allows.</summary>
    public const string QuotaExceeded = "LG060";
}
