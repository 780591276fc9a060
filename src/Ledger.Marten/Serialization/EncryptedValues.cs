using System.Text.Json;
using Ledger.Forgetting;
using Ledger.Json;

namespace Ledger.Marten.Serialization;

/// <summary>Values of events that are encrypted and were no texts, such as numbers: a text does not fit their type.</summary>
internal static class EncryptedValues
{
    private const string Mark = SubjectCipher.Prefix + "j:";

    /// <summary>The JSON with null in the place of each; null if it has none.</summary>
    public static byte[]? Without(ReadOnlyMemory<byte> json) => json.Span.IndexOf("\"ledger:enc:1:j:"u8) < 0
        ? null
        : JsonSerializer.SerializeToUtf8Bytes(JsonRewriting.Rewrite(EventJson.ParseElement(json), (writer, value, _) =>
        {
            if (value.ValueKind != JsonValueKind.String || !value.GetString()!.StartsWith(Mark, StringComparison.Ordinal))
            {
                return false;
            }

            writer.WriteNullValue();
            return true;
        }));
}
