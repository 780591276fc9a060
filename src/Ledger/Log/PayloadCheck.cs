using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Ledger.Json;

namespace Ledger.Log;

/// <summary>Looks through JSON for what <see cref="PayloadRules"/> refuses: one pass, which allocates nothing when there is nothing.</summary>
internal static class PayloadCheck
{
    // Depth is counted here; comments and trailing commas are gone when an element is written.
    private static readonly JsonReaderOptions Options = new()
    {
        MaxDepth = int.MaxValue,
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static PayloadFault? FaultOf(ReadOnlySpan<byte> json)
    {
        if (json.Length > PayloadRules.MaxBytes)
        {
            return FaultOfSize(json.Length);
        }

        if (!Utf8.IsValid(json))
        {
            return At(json, IndexOfInvalid(json), "holds bytes that are not UTF-8. Decode the text with the encoding that it has.");
        }

        var reader = new Utf8JsonReader(json, Options);
        var writtenOut = (long)json.Length;
        while (reader.Read())
        {
            string? fault = null;
            switch (reader.TokenType)
            {
                case JsonTokenType.String or JsonTokenType.PropertyName when reader.ValueIsEscaped:
                    fault = PayloadText.FaultOfEscapes(reader.ValueSpan);
                    break;
                case JsonTokenType.Number:
                    fault = NumericRange.FaultOf(reader.ValueSpan, out var length);
                    writtenOut += Math.Max(length - reader.ValueSpan.Length, 0);
                    if (fault is null && writtenOut > PayloadRules.MaxBytes)
                    {
                        fault = $"takes the JSON over {PayloadRules.MaxBytes} bytes, because PostgreSQL writes numbers out without exponents. "
                            + "Store such numbers as text.";
                    }

                    break;
                case JsonTokenType.StartArray or JsonTokenType.StartObject when reader.CurrentDepth >= PayloadRules.MaxDepth:
                    fault = $"is nested deeper than {PayloadRules.MaxDepth} levels. Flatten it, or store the inner part as text.";
                    break;
            }

            if (fault is not null)
            {
                return At(json, reader.TokenStartIndex, fault);
            }
        }

        return null;
    }

    public static PayloadFault FaultOfSize(long length) => new(
        "", $"has {length} bytes, and {PayloadRules.MaxBytes} are allowed. Keep the content elsewhere, and its address in the event.");

    /// <summary>What is wrong with JSON that <see cref="PayloadBuffer"/> does not take.</summary>
    public static PayloadFault FaultOfUncountedSize { get; } = new(
        "", $"has more than {PayloadBuffer.MostCounted} bytes, and {PayloadRules.MaxBytes} are allowed. Keep the content elsewhere, and its address in the event.");

    public static PayloadFault At(ReadOnlySpan<byte> json, long offset, string reason) => new(JsonPlace.Find(json, offset), reason);

    internal static int IndexOfInvalid(ReadOnlySpan<byte> text)
    {
        var i = 0;
        while (i < text.Length && Rune.DecodeFromUtf8(text[i..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
        {
            i += consumed;
        }

        return i;
    }
}
