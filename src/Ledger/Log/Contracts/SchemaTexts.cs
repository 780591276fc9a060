using System.Text.Json;
using Ledger.Json;

namespace Ledger.Log.Contracts;

/// <summary>Leaves out of a schema what is for people alone.</summary>
internal static class SchemaTexts
{
    private static readonly HashSet<string> Texts = ["title", "description", "$comment", "examples", "default", "deprecated"];

    public static JsonElement Without(JsonElement schema) => EventJson.ToElement(writer => Write(writer, schema));

    private static void Write(Utf8JsonWriter writer, JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (var item in schema.EnumerateArray())
            {
                Write(writer, item);
            }

            writer.WriteEndArray();
            return;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            schema.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        foreach (var member in schema.EnumerateObject().Where(member => !Texts.Contains(member.Name)))
        {
            writer.WritePropertyName(member.Name);
            switch (member.Name)
            {
                case "properties" or "$defs" when member.Value.ValueKind == JsonValueKind.Object:
                    WriteNamed(writer, member.Value);
                    break;
                case "items" or "additionalProperties" or "not" or "anyOf" or "oneOf" or "allOf":
                    Write(writer, member.Value);
                    break;
                default:
                    member.Value.WriteTo(writer);
                    break;
            }
        }

        writer.WriteEndObject();
    }

    // Of names that an application chose, one may be 'description'.
    private static void WriteNamed(Utf8JsonWriter writer, JsonElement schemas)
    {
        writer.WriteStartObject();
        foreach (var schema in schemas.EnumerateObject())
        {
            writer.WritePropertyName(schema.Name);
            Write(writer, schema.Value);
        }

        writer.WriteEndObject();
    }
}
