using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ledger.Cli.Events;

/// <summary>JSON on the command line.</summary>
internal static class JsonArgument
{
    // Deeper than an event may be, to tell JSON that is too deep from malformed JSON.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 4096 };

    /// <exception cref="UsageException">The text is not JSON.</exception>
    public static JsonElement Parse(string option, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return document.RootElement.Clone();
        }
        catch (JsonException fault)
        {
            throw new UsageException(string.Create(
                CultureInfo.InvariantCulture,
                $"{option} is malformed JSON at line {(fault.LineNumber ?? 0) + 1}, column {ColumnOf(text, fault)}: {JsonFault.Reason(fault.Message)} Nothing was written."));
        }
    }

    // The reader counts bytes; people count characters.
    private static int ColumnOf(string text, JsonException fault)
    {
        var line = Encoding.UTF8.GetBytes(text.Split('\n')[(int)(fault.LineNumber ?? 0)]);
        return Encoding.UTF8.GetCharCount(line.AsSpan(0, (int)Math.Min(fault.BytePositionInLine ?? 0, line.Length))) + 1;
    }
}
