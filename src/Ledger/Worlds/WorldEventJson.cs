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
        : this(json, parses: true)
    {
    }

    private WorldEventJson(ReadOnlyMemory<byte> json, bool parses)
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
                (Data, DataText) = ValueOf(ref reader, json, parses);
            }
            else if (reader.ValueTextEquals("patch"u8))
            {
                (Patch, PatchText) = ValueOf(ref reader, json, parses);
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

    /// <summary>The JSON of <see cref="Data"/>; empty where absent.</summary>
    public ReadOnlyMemory<byte> DataText { get; }

    /// <summary>The JSON of <see cref="Patch"/>; empty where absent.</summary>
    public ReadOnlyMemory<byte> PatchText { get; }

    /// <summary>The members without a parsed <see cref="Data"/> and <see cref="Patch"/>: for those who take their text.</summary>
    public static WorldEventJson Unparsed(ReadOnlyMemory<byte> json) => new(json, parses: false);

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

    private static (JsonElement Value, ReadOnlyMemory<byte> Text) ValueOf(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, bool parses)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        JsonElement value = default;
        if (parses)
        {
            value = JsonElement.ParseValue(ref reader);
        }
        else
        {
            reader.Skip();
        }

        return (value, json[start..(int)reader.BytesConsumed]);
    }

    /// <summary>A text member; null if it is absent or not text.</summary>
    public readonly record struct TextMember(bool IsPresent, string? Text);
}
