using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Values of attributes: <c>AnyValue</c> and <c>KeyValue</c> in the JSON form of OTLP, and the plain JSON that they stand for.</summary>
/// <remarks>The form is that of <c>opentelemetry/proto/common/v1/common.proto</c> in open-telemetry/opentelemetry-proto, as the OTLP specification encodes it in JSON.</remarks>
internal static class OtlpValue
{
    private const string Bytes = "bytesValue";

    /// <summary>The attributes of a list of keys and values. A key that is repeated keeps its values under other names.</summary>
    public static JsonObject ToObject(JsonElement keyValues)
    {
        var all = new JsonObject();
        if (keyValues.ValueKind == JsonValueKind.Object)
        {
            // Some exporters write attributes as they are.
            return keyValues.ToNode() as JsonObject ?? all;
        }

        if (keyValues.ValueKind != JsonValueKind.Array)
        {
            return all;
        }

        Dictionary<string, int>? last = null;
        foreach (var item in keyValues.EnumerateArray())
        {
            var key = item.Text("key") ?? "";
            var name = key;
            for (var number = all.ContainsKey(name) ? last?.GetValueOrDefault(key, 1) + 1 ?? 2 : 1; all.ContainsKey(name); number++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{key}#{number}");
                (last ??= new(StringComparer.Ordinal))[key] = number;
            }

            all[name] = item.ValueKind == JsonValueKind.Object ? ToNode(item.Member("value")) : item.ToNode();
        }

        return all;
    }

    /// <summary>The plain JSON of a value.</summary>
    public static JsonNode? ToNode(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return value.ToNode();
        }

        foreach (var member in value.EnumerateObject())
        {
            switch (RecordedJson.NameOf(member))
            {
                case "stringValue" or "boolValue" or "doubleValue":
                    return member.Value.ToNode();
                case "intValue":
                    return member.Value.ValueKind == JsonValueKind.String && long.TryParse(RecordedJson.TextOf(member.Value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                        ? JsonValue.Create(number)
                        : member.Value.ToNode();
                case "arrayValue":
                    return new JsonArray([.. member.Value.Items("values").Select(ToNode)]);
                case "kvlistValue":
                    return ToObject(member.Value.Member("values"));
                default:
                    return value.ToNode();
            }
        }

        return null;
    }

    /// <summary>The list of keys and values of attributes.</summary>
    public static JsonArray OfObject(JsonObject attributes) =>
        [.. attributes.Select(member => new JsonObject { ["key"] = member.Key, ["value"] = OfNode(member.Value) })];

    /// <summary>The value of plain JSON.</summary>
    public static JsonObject OfNode(JsonNode? node)
    {
        switch (node?.GetValueKind())
        {
            case null or JsonValueKind.Null:
                return [];
            case JsonValueKind.String:
                return new JsonObject { ["stringValue"] = node.DeepClone() };
            case JsonValueKind.True or JsonValueKind.False:
                return new JsonObject { ["boolValue"] = node.DeepClone() };
            case JsonValueKind.Number:
                return long.TryParse(node.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? new JsonObject { ["intValue"] = number.ToString(CultureInfo.InvariantCulture) }
                    : new JsonObject { ["doubleValue"] = node.DeepClone() };
            case JsonValueKind.Array:
                return new JsonObject { ["arrayValue"] = new JsonObject { ["values"] = new JsonArray([.. node.AsArray().Select(OfNode)]) } };
            default:
                return node is JsonObject { Count: 1 } bytes && bytes[0] is JsonValue && bytes.ContainsKey(Bytes)
                    ? bytes.DeepClone().AsObject()
                    : new JsonObject { ["kvlistValue"] = new JsonObject { ["values"] = OfObject(node!.AsObject()) } };
        }
    }
}
