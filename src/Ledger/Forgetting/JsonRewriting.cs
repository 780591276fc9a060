using System.Text.Json;
using Ledger.Json;

namespace Ledger.Forgetting;

/// <summary>Writes JSON again with some of its values replaced.</summary>
internal static class JsonRewriting
{
    /// <summary>Replaces texts, numbers, truth values and nulls.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="replace">Writes another value, given the one that is there and its JSON pointer, and returns true; or returns false to keep it.</param>
    public static JsonElement Rewrite(JsonElement json, Func<Utf8JsonWriter, JsonElement, string, bool> replace) =>
        EventJson.ToElement(writer => Write(writer, json, "", replace));

    /// <summary>Replaces what paths lead to.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="paths">The paths.</param>
    /// <param name="replace">Writes another value, given the one that is there and its JSON pointer.</param>
    public static JsonElement AtPaths(JsonElement json, JsonPathSet paths, Action<Utf8JsonWriter, JsonElement, string> replace) =>
        EventJson.ToElement(writer => Write(writer, json, paths, paths.Start, "", replace));

    private static void Write(Utf8JsonWriter writer, JsonElement json, string pointer, Func<Utf8JsonWriter, JsonElement, string, bool> replace)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, JsonPointer.Append(pointer, member.Name), replace);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var (index, item) in json.EnumerateArray().Index())
                {
                    Write(writer, item, JsonPointer.Append(pointer, index), replace);
                }

                writer.WriteEndArray();
                break;
            default:
                if (!replace(writer, json, pointer))
                {
                    json.WriteTo(writer);
                }

                break;
        }
    }

    private static void Write(
        Utf8JsonWriter writer, JsonElement json, JsonPathSet paths, JsonPathSet.Place place, string pointer, Action<Utf8JsonWriter, JsonElement, string> replace)
    {
        if (place.IsOff)
        {
            json.WriteTo(writer);
        }
        else if (paths.IsEnd(place))
        {
            replace(writer, json, pointer);
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            foreach (var member in json.EnumerateObject())
            {
                writer.WritePropertyName(member.Name);
                Write(writer, member.Value, paths, paths.Member(place, member.Name), JsonPointer.Append(pointer, member.Name), replace);
            }

            writer.WriteEndObject();
        }
        else if (json.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (var (index, item) in json.EnumerateArray().Index())
            {
                Write(writer, item, paths, paths.Item(place, index), JsonPointer.Append(pointer, index), replace);
            }

            writer.WriteEndArray();
        }
        else
        {
            json.WriteTo(writer);
        }
    }
}
