namespace Ledger.Seal;

/// <summary>An event of a sealed file.</summary>
/// <param name="Index">The number of its leaf, from 0.</param>
/// <param name="Entry">What the tree proves of it.</param>
/// <param name="Data">Its payload as JSON, which fits the commitment; null if the payload was erased.</param>
/// <param name="BinaryData">Its binary payload; null for none.</param>
/// <param name="Headers">Its headers as JSON; null for none, or if they were erased.</param>
public sealed record ProvedEvent(long Index, SealEntry Entry, string? Data, ReadOnlyMemory<byte>? BinaryData, string? Headers)
{
    /// <summary>Whether the payload was erased: the event is proved, and what it said is gone.</summary>
    public bool IsErased => Data is null;
}
