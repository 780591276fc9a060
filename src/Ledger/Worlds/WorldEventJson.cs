using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>The members of a stored event that the fold looks at, each with its last value.</summary>
/// <remarks>
/// It reads the stored JSON and not the registered .NET type, so that neither a registry nor an upcaster can change a world, and a
/// world folded here equals the one that SQL computes from the same rows.
/// </remarks>
internal readonly struct WorldEventJson
{
    public WorldEventJson(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, EventJson.ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        IsObject = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                Id = TextOf(ref reader);
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                Type = TextOf(ref reader);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                Data = ValueOf(ref reader);
            }
            else if (reader.ValueTextEquals("patch"u8))
            {
                Patch = ValueOf(ref reader);
            }
            else if (reader.ValueTextEquals("source_id"u8))
            {
                SourceId = TextOf(ref reader);
            }
            else if (reader.ValueTextEquals("target_id"u8))
            {
                TargetId = TextOf(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    public bool IsObject { get; }

    public TextMember Id { get; }

    public TextMember Type { get; }

    public TextMember SourceId { get; }

    public TextMember TargetId { get; }

    /// <summary>Undefined where absent.</summary>
    public JsonElement Data { get; }

    /// <summary>Undefined where absent.</summary>
    public JsonElement Patch { get; }

    private static TextMember TextOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return new TextMember(true, reader.GetString());
        }

        reader.Skip();
        return new TextMember(true, null);
    }

    private static JsonElement ValueOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>A text member; null if it is absent or not text.</summary>
    public readonly record struct TextMember(bool IsPresent, string? Text);
}
