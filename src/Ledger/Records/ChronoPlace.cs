namespace Ledger.Records;

/// <summary>The progress of a store: the head that its rows record, and the length of its stream.</summary>
/// <remarks>The default value is that of a store without events.</remarks>
/// <param name="StreamVersion">The number of the stream's last event.</param>
/// <param name="Version">The number of the last event that the rows cover. Below zero, events were rewritten by other means, and all rows
/// must be rewritten: -1 - v, where v is the former value.</param>
/// <param name="Seq">The stored head: the highest seq applied.</param>
/// <param name="LastHash">The stored head: the hash that the next event will link to.</param>
/// <param name="ArchivedTo">The number of the last event that a compaction removed from the stream.</param>
internal readonly record struct ChronoPlace(long StreamVersion, long Version, long Seq, string? LastHash, long ArchivedTo)
{
    public string Hash => LastHash ?? "";

    /// <summary>Whether the stream has events that the rows do not cover.</summary>
    public bool IsBehind => StreamVersion > Version;

    /// <summary>Whether the rows were removed because events they covered have changed.</summary>
    public bool IsRewritten => Version < 0;

    public ChainHead Head => ChainHead.Unchecked(Seq, Hash);
}
