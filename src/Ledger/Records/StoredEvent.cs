using System.Text;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>The form in which a log keeps an event of a chain: the text that was hashed, and its hash.</summary>
/// <remarks>
/// The text has its keys sorted. To write the same line into a file again, the order in which a record's keys came is kept beside it,
/// where it does not follow from the text; see <see cref="RecordText"/>.
/// </remarks>
/// <param name="Text">The hashed text.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Spelled">The record with its keys in their own order; null where that follows from the text.</param>
internal sealed record StoredEvent(string Text, string Hash, string? Spelled)
{
    public static StoredEvent Of(WalEvent walEvent) =>
        new(walEvent.HashedText, walEvent.Hash, RecordText.SpellingOf(walEvent.Values.Record));

    /// <exception cref="FormatException">The text is not that of an event.</exception>
    public WalEvent ToEvent()
    {
        var values = WalValues.Of(JsonTextReader.Read(Encoding.UTF8.GetBytes(Text))) with { Hash = JsonValue.Of(Hash) };
        return (values with { Record = RecordText.Ordered(values.Record, Spelled) }).ToEvent(out var fault)
            ?? throw new FormatException($"The text is no event: {fault}.");
    }
}
