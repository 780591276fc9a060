namespace Ledger.Records;

/// <summary>What a verification found of a chain.</summary>
public enum ChainState
{
    /// <summary>Every event has the hash of its text and links to the event before.</summary>
    Valid,

    /// <summary>Every event links to the event before, and has the hash of its text unless that was masked, by an event of the log.</summary>
    Erased,

    /// <summary>An event has another hash, or does not link to the event before.</summary>
    Broken,
}
