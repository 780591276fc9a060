using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ledger.Agents.Functions;

/// <summary>The request to a tool as it is recorded: <c>{"tool": …, "arguments": …}</c>.</summary>
internal static class ToolRequestForm
{
    public static JsonElement Of(string name, IEnumerable<KeyValuePair<string, object?>>? arguments, JsonSerializerOptions options)
    {
        var named = new JsonObject();
        foreach (var (argument, value) in (arguments ?? []).OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            named[argument] = NodeOf(value, options);
        }

        return AgentJson.Storable(new JsonObject { ["tool"] = name, ["arguments"] = named });
    }

    // An argument without a JSON form, such as a stream, is named by its type.
    private static JsonNode? NodeOf(object? value, JsonSerializerOptions options)
    {
        try
        {
            return JsonNode.Parse(AgentJson.ToElement(value, options).GetRawText());
        }
        catch (Exception e) when (e is NotSupportedException or JsonException or ArgumentException or InvalidOperationException)
        {
            return JsonValue.Create($"<{value!.GetType().Name}>");
        }
    }
}
