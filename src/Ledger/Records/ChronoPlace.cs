namespace Ledger.Records;

/// <summary>Where a store stands, as its rows say, and how long its stream is.</summary>
/// <remarks>The default value is that of a store without events.</remarks>
/// <param name="StreamVersion">The number of the stream's last event.</param>
/// <param name="Version">The number of the last event that the rows stand for. Below zero, events were rewritten by other means, and all rows
/// have to be written again: -1 - v, where v is what it was before.</param>
/// <param name="Seq">The kept head: the highest seq applied.</param>
/// <param name="LastHash">The kept head: the hash that the next event takes as the one before it.</param>
/// <param name="ArchivedTo">The number of the last event that a compaction took out of the stream.</param>
internal readonly record struct ChronoPlace(long StreamVersion, long Version, long Seq, string? LastHash, long ArchivedTo)
{
    public string Hash => LastHash ?? "";

    /// <summary>Whether the stream has events that the rows do not stand for.</summary>
    public bool IsBehind => StreamVersion > Version;

    /// <summary>Whether the rows were removed because events that they stood for have changed.</summary>
    public bool IsRewritten => Version < 0;

    public ChainHead Head => ChainHead.Unchecked(Seq, Hash);
}
