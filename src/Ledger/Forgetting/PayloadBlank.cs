using System.Text.Json;
using Ledger.Json;

namespace Ledger.Forgetting;

/// <summary>Replaces values in JSON: a text by <c>****</c>, an object and an array by an empty one, a number and a truth value by null.</summary>
internal static class PayloadBlank
{
    /// <summary>What stands for a text.</summary>
    public const string Text = "****";

    // What built-in events are found, matched and counted by. Their other texts are content.
    private static readonly HashSet<string> Structural = new(StringComparer.Ordinal)
    {
        "id", "type", "source_id", "target_id", "call_id", "request_id", "response_id", "approval_id", "start_message_id", "end_message_id", "parent_task_id",
        "lease_id", "kind", "tool", "model", "status", "completion_status", "moves", "role", "stream", "run", "budget", "target", "request_hash", "ability_name",
        "runner", "name", "kit", "expires_at",
    };

    // Members that hold JSON as text.
    private static readonly HashSet<string> JsonTexts = new(StringComparer.Ordinal) { "parameters", "details" };

    /// <summary>The JSON without what paths lead to.</summary>
    public static JsonElement WithoutPaths(JsonElement json, JsonPathSet paths) =>
        JsonRewriting.AtPaths(json, paths, static (writer, value, _) => WriteBlank(writer, value));

    /// <summary>The JSON without any value; the names of members stay, and how many items arrays have.</summary>
    public static JsonElement WithoutValues(JsonElement json) => EventJson.ToElement(writer => WriteEmpty(writer, json));

    /// <summary>The JSON of a built-in event without its content: what it is found, matched and counted by stays.</summary>
    public static JsonElement WithoutContent(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return WithoutValues(json);
        }

        return EventJson.ToElement(writer =>
        {
            writer.WriteStartObject();
            foreach (var member in json.EnumerateObject())
            {
                writer.WritePropertyName(member.Name);
                switch (member.Value.ValueKind)
                {
                    case JsonValueKind.String when JsonTexts.Contains(member.Name):
                        writer.WriteStringValue("{}");
                        break;
                    case JsonValueKind.String when !Structural.Contains(member.Name):
                        WriteBlank(writer, member.Value);
                        break;
                    case JsonValueKind.Object or JsonValueKind.Array:
                        WriteEmpty(writer, member.Value);
                        break;
                    default:
                        member.Value.WriteTo(writer);
                        break;
                }
            }

            writer.WriteEndObject();
        });
    }

    /// <summary>The texts and numbers that a path leads to, as they are written.</summary>
    public static IEnumerable<string> Find(JsonElement json, JsonPath path)
    {
        var paths = new JsonPathSet([path]);
        return Find(json, paths, paths.Start);
    }

    private static IEnumerable<string> Find(JsonElement json, JsonPathSet paths, JsonPathSet.Place place)
    {
        if (place.IsOff)
        {
            return [];
        }

        var own = !paths.IsEnd(place) ? []
            : json.ValueKind switch
            {
                JsonValueKind.String => [json.GetString()!],
                JsonValueKind.Number => new[] { json.GetRawText() },
                _ => [],
            };
        var further = json.ValueKind switch
        {
            JsonValueKind.Object => json.EnumerateObject().SelectMany(member => Find(member.Value, paths, paths.Member(place, member.Name))),
            JsonValueKind.Array => json.EnumerateArray().SelectMany((item, i) => Find(item, paths, paths.Item(place, i))),
            _ => [],
        };
        return own.Concat(further);
    }

    // The names of members can be personal too.
    private static void WriteBlank(Utf8JsonWriter writer, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(json.ValueEquals("") ? "" : Text);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteEmpty(Utf8JsonWriter writer, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    WriteEmpty(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray())
                {
                    WriteEmpty(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                WriteBlank(writer, json);
                break;
        }
    }
}
