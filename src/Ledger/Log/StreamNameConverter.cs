using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Log;

/// <summary>A stream's name as text.</summary>
/// <remarks>Public for the JSON contexts that an application generates for types with such members.</remarks>
public sealed class StreamNameConverter : JsonConverter<StreamName>
{
    /// <inheritdoc/>
    public override StreamName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return reader.TokenType == JsonTokenType.String
                ? new StreamName(reader.GetString()!)
                : throw new JsonException("The name of a stream is a string.");
        }
        catch (ArgumentException fault)
        {
            throw new JsonException(fault.Message.Split(" (Parameter", 2)[0], fault);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, StreamName value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
