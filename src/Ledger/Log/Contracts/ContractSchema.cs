using System.Collections.Frozen;
using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using Ledger.Json;

namespace Ledger.Log.Contracts;

/// <summary>Makes the JSON Schema of a registered type from the way it is written as JSON.</summary>
internal static class ContractSchema
{
    private static readonly ConditionalWeakTable<JsonSerializerOptions, JsonSerializerOptions> Exported = [];

    public static JsonElement Of(EventRegistry.Entry entry)
    {
        var options = new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = false,
            TransformSchemaNode = (context, schema) => Described(context, schema, EventDescriptions.Of(entry.Name)),
        };
        var schema = Exported.GetValue(entry.Json.Options, ForExport).GetTypeInfo(entry.ClrType).GetJsonSchemaAsNode(options);

        // Null is no event: the exporter allows it because a reference can be null.
        if (schema is JsonObject root)
        {
            if (root["type"] is JsonArray types && types.FirstOrDefault(type => type?.GetValue<string>() != "null") is { } only && types.Count == 2)
            {
                root["type"] = only.GetValue<string>();
            }
        }

        Clean(schema, EventDescriptions.Of(entry.Name));
        return EventJson.ToElement(schema);
    }

    // The exporter adds defaults to members after it has shown them, and gives those of any type no place for a text.
    private static void Clean(JsonNode? schema, IReadOnlyDictionary<string, string> descriptions)
    {
        if (schema is not JsonObject node)
        {
            return;
        }

        node.Remove("default");
        foreach (var (name, member) in (node["properties"] as JsonObject ?? []).ToList())
        {
            Clean(member, FrozenDictionary<string, string>.Empty);
            if (descriptions.TryGetValue(name, out var text) && (member as JsonObject)?.ContainsKey("description") != true)
            {
                var described = member as JsonObject ?? [];
                described.Insert(0, "description", text);
                node["properties"]![name] = described;
            }
        }

        foreach (var inner in new[] { node["items"], node["additionalProperties"] }.Concat(node["anyOf"] as JsonArray ?? []).ToList())
        {
            Clean(inner, FrozenDictionary<string, string>.Empty);
        }
    }

    // The exporter writes the values of optional parameters, and an undefined element cannot be written.
    private static JsonSerializerOptions ForExport(JsonSerializerOptions options) => new(options) { Converters = { new AnyElementConverter() } };

    private static JsonNode Described(JsonSchemaExporterContext context, JsonNode schema, IReadOnlyDictionary<string, string> descriptions)
    {
        var text = TextOf(context.PropertyInfo?.AttributeProvider) ?? TextOf(context.PropertyInfo?.AssociatedParameter?.AttributeProvider);
        if (text is null && context.PropertyInfo is null)
        {
            text = TextOf(context.TypeInfo.Type);
        }

        text ??= context.Path.Length == 0 ? descriptions.GetValueOrDefault("") : null;
        if (text is null)
        {
            return schema;
        }

        if (schema is JsonObject described)
        {
            described.Insert(0, "description", text);
            return described;
        }

        return schema.GetValueKind() == JsonValueKind.True ? new JsonObject { ["description"] = text } : schema;
    }

    private static string? TextOf(ICustomAttributeProvider? provider) =>
        provider?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false) is [DescriptionAttribute { Description: { Length: > 0 } text }, ..] ? text : null;

    private sealed class AnyElementConverter : JsonConverter<JsonElement>
    {
        public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);

        public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options)
        {
            if (value.ValueKind == JsonValueKind.Undefined)
            {
                writer.WriteNullValue();
            }
            else
            {
                value.WriteTo(writer);
            }
        }
    }
}
