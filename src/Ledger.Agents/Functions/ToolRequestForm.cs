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

    /// <summary>Whether all arguments have a JSON form, so that they tell requests apart.</summary>
    public static bool IsWhole(IEnumerable<KeyValuePair<string, object?>>? arguments, JsonSerializerOptions options) =>
        (arguments ?? []).All(argument => argument.Value is null or string or JsonElement || NodeOf(argument.Value, options, out _));

    // An argument without a JSON form, such as a stream, is named by its type.
    private static JsonNode? NodeOf(object? value, JsonSerializerOptions options) =>
        NodeOf(value, options, out var node) ? node : JsonValue.Create($"<{value!.GetType().Name}>");

    private static bool NodeOf(object? value, JsonSerializerOptions options, out JsonNode? node)
    {
        try
        {
            node = JsonNode.Parse(AgentJson.ToElement(value, options).GetRawText());
            return true;
        }
        catch (Exception e) when (e is NotSupportedException or JsonException or ArgumentException or InvalidOperationException)
        {
            node = null;
            return false;
        }
    }
}
