using System.Security.Cryptography;
using System.Text;

namespace Ledger.Records;

/// <summary>A record in its current state, as an engine stores it for queries.</summary>
/// <param name="Key">The SHA-256 of the id's UTF-8 bytes.</param>
/// <param name="Ordinal">Its place in the order of first insertion.</param>
/// <param name="Seq">The seq of the event that changed it last.</param>
/// <param name="Record">The record; the source of every answer.</param>
internal sealed record ChronoRow(byte[] Key, long Ordinal, long Seq, RecordText Record)
{
    // An index entry must hold these; longer values are compared in the record itself.
    private const int LongestShown = 100;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The id in readable form; a column for people.</summary>
    public string Id { get; init; } = "";

    /// <summary>For filters, which select candidates by it.</summary>
    public string Kind { get; init; } = "";

    /// <summary>For filters, which select candidates by it.</summary>
    public string Status { get; init; } = "";

    /// <summary>For filters, which select candidates by it.</summary>
    public double Confidence { get; init; }

    /// <summary>The row of a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="text">Its stored form.</param>
    /// <param name="ordinal">Its place in the order of first insertion.</param>
    /// <param name="seq">The seq of the event that changed it last.</param>
    /// <param name="key">Its key, if it is known.</param>
    public static ChronoRow Of(ChronoRecord record, RecordText text, long ordinal, long seq, byte[]? key = null) => new(key ?? KeyOf(record.Id), ordinal, seq, text)
    {
        Id = Shown(record.Id, int.MaxValue),
        Kind = Shown(record.Kind, LongestShown),
        Status = Shown(record.Status, LongestShown),
        Confidence = record.Confidence.Value,
    };

    public static ChronoRow Of(ChronoRecord record, long ordinal, long seq) => Of(record, RecordText.Of(record.ToValue()), ordinal, seq);

    /// <exception cref="EncoderFallbackException">The id contains half of a surrogate pair, which no stored id does.</exception>
    public static byte[] KeyOf(string id) => SHA256.HashData(Strict.GetBytes(id));

    /// <summary>The key of an id, or null for text that cannot be a stored id.</summary>
    public static byte[]? FindKeyOf(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        try
        {
            return KeyOf(id);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Text for the filter columns: truncated, with U+2400 for NUL, which PostgreSQL text cannot contain.</summary>
    public static string ShownForFilter(string text) => Shown(text, LongestShown);

    /// <exception cref="ChronoRowException">The text was changed by hand and is no longer a record.</exception>
    public ChronoRecord ToRecord()
    {
        try
        {
            return ChronoRecord.FromValue(Record.ToValue());
        }
        catch (FormatException fault)
        {
            throw new ChronoRowException(Id, fault);
        }
    }

    private static string Shown(string text, int longest)
    {
        var length = Math.Min(text.Length, longest);
        length -= length < text.Length && char.IsHighSurrogate(text[length - 1]) ? 1 : 0;
        return text[..length].Replace('\0', '\u2400');
    }
}
