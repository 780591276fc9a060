using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Bus;

/// <summary>Derives the JSON Schema of a .NET type, with the descriptions and ranges of its members.</summary>
internal static class JsonSchema
{
    private static readonly JsonSchemaExporterOptions Options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Complete };

    public static JsonElement Of(JsonTypeInfo type) => EventJson.ToElement(JsonSchemaExporter.GetJsonSchemaAsNode(type, Options));

    private static JsonNode Complete(JsonSchemaExporterContext context, JsonNode schema)
    {
        // Anything is allowed: many clients do not read the schema "true".
        schema = schema.GetValueKind() == JsonValueKind.True ? new JsonObject() : schema;
        if (context.PropertyInfo?.AttributeProvider is not { } attributes)
        {
            return schema;
        }

        // The exporter does not know the output of a converter, and allows anything.
        var isTime = context.PropertyInfo.CustomConverter is IsoTimeConverter or IsoTimeConverter.OrNull
            || Attribute<JsonConverterAttribute>(attributes)?.ConverterType is { } given && (given == typeof(UnixMillisecondsConverter) || given == typeof(IsoTimeConverter));
        if (isTime)
        {
            schema = Time(context.PropertyInfo);
        }
        else if (Attribute<JsonConverterAttribute>(attributes)?.ConverterType == typeof(StreamNameConverter))
        {
            schema = new JsonObject { ["type"] = new JsonArray("string", "null") };
        }

        if (schema is JsonObject members)
        {
            if (Attribute<RangeAttribute>(attributes) is { } range)
            {
                members["minimum"] = Whole(range.Minimum);
                members["maximum"] = Whole(range.Maximum);
            }

            if (Attribute<DescriptionAttribute>(attributes) is { } description)
            {
                members["description"] = isTime ? $"{description.Description} {FormOf(context.PropertyInfo)}" : description.Description;
            }
        }

        return schema;
    }

    private static JsonObject Time(JsonPropertyInfo property)
    {
        string[] types = [.. IsUnix(property) ? ["integer"] : new[] { "string", "integer" }, .. IsOptional(property) ? new[] { "null" } : []];
        var schema = new JsonObject { ["type"] = types.Length == 1 ? types[0] : new JsonArray([.. types.Select(t => (JsonNode)t)]) };
        if (IsUnix(property))
        {
            schema["minimum"] = UnixMillisecondsConverter.Least;
            schema["maximum"] = UnixMillisecondsConverter.Most;
        }

        return schema;
    }

    private static string FormOf(JsonPropertyInfo property) => IsUnix(property)
        ? "In Unix milliseconds."
        : "ISO 8601 with a zone, such as 2026-11-29T09:30:00Z.";

    private static bool IsUnix(JsonPropertyInfo property) => property.CustomConverter is not (IsoTimeConverter or IsoTimeConverter.OrNull)
        && Attribute<JsonConverterAttribute>(property.AttributeProvider!)?.ConverterType == typeof(UnixMillisecondsConverter);

    private static bool IsOptional(JsonPropertyInfo property) => Nullable.GetUnderlyingType(property.PropertyType) is not null;

    // A range of long is written as double, whose upper end exceeds long; the cast saturates.
    private static long Whole(object bound) => bound is double number ? (long)number : Convert.ToInt64(bound, CultureInfo.InvariantCulture);

    private static T? Attribute<T>(ICustomAttributeProvider provider)
        where T : Attribute => provider.GetCustomAttributes(typeof(T), inherit: false) is [T found, ..] ? found : null;
}
