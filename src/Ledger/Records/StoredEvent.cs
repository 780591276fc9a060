using System.Text;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>A chain event in stored form: the hashed text and its hash.</summary>
/// <remarks>
/// The text has its keys sorted. To write the same line to a file again, the original order of a record's keys is stored too,
/// unless it follows from the text; see <see cref="RecordText"/>.
/// </remarks>
/// <param name="Text">The hashed text.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Spelled">The record with its keys in their original order; null if the order follows from the text.</param>
internal sealed record StoredEvent(string Text, string Hash, string? Spelled)
{
    public static StoredEvent Of(WalEvent walEvent) =>
        new(walEvent.HashedText, walEvent.Hash, RecordText.SpellingOf(walEvent.Values.Record));

    /// <exception cref="FormatException">The text is not an event.</exception>
    public WalEvent ToEvent()
    {
        var values = WalValues.Of(JsonTextReader.Read(Encoding.UTF8.GetBytes(Text))) with { Hash = JsonValue.Of(Hash) };
        return (values with { Record = RecordText.Ordered(values.Record, Spelled) }).ToEvent(out var fault)
            ?? throw new FormatException($"The text is not an event: {fault}.");
    }
}
