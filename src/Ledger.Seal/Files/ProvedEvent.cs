namespace Ledger.Seal;

/// <summary>An event of a sealed file.</summary>
/// <param name="Index">The number of its leaf, from 0.</param>
/// <param name="Entry">What the tree proves of it.</param>
/// <param name="Data">Its payload as JSON, which fits the commitment; null if the file does not show it.</param>
/// <param name="BinaryData">Its binary payload; null for none, or if the file does not show it.</param>
/// <param name="Headers">Its headers as JSON; null for none, or if the file does not show them.</param>
public sealed record ProvedEvent(long Index, SealEntry Entry, string? Data, ReadOnlyMemory<byte>? BinaryData, string? Headers)
{
    /// <summary>The columns, of <c>data</c>, <c>bdata</c> and <c>headers</c>, that the event has and the file does not show: they were erased, or left out of the file.</summary>
    public IReadOnlyList<string> NotShown =>
    [
        .. new[]
        {
            NameOf("data", Entry.Data, Data is null),
            NameOf("bdata", Entry.BinaryData, BinaryData is null),
            NameOf("headers", Entry.Headers, Headers is null),
        }.OfType<string>(),
    ];

    private static string? NameOf(string column, ReadOnlyMemory<byte> commitment, bool isMissing) => isMissing && !commitment.IsEmpty ? column : null;
}
