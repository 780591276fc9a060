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
        if (context.PropertyInfo?.AttributeProvider is not { } attributes)
        {
            return schema;
        }

        // The exporter does not know the output of a converter, and allows anything.
        if (Attribute<JsonConverterAttribute>(attributes)?.ConverterType == typeof(UnixMillisecondsConverter))
        {
            schema = UnixMilliseconds(Nullable.GetUnderlyingType(context.PropertyInfo.PropertyType) is not null);
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
                members["description"] = description.Description;
            }
        }

        return schema;
    }

    private static JsonObject UnixMilliseconds(bool isNullable) => new()
    {
        ["type"] = isNullable ? new JsonArray("integer", "null") : "integer",
        ["minimum"] = UnixMillisecondsConverter.Least,
        ["maximum"] = UnixMillisecondsConverter.Most,
    };

    // A range of long is written as double, whose upper end exceeds long; the cast saturates.
    private static long Whole(object bound) => bound is double number ? (long)number : Convert.ToInt64(bound, CultureInfo.InvariantCulture);

    private static T? Attribute<T>(ICustomAttributeProvider provider)
        where T : Attribute => provider.GetCustomAttributes(typeof(T), inherit: false) is [T found, ..] ? found : null;
}
