using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>A call of a tool whose result a request has.</summary>
/// <param name="Id">The id of the call.</param>
/// <param name="Tool">The name of the tool, or null.</param>
internal readonly record struct ToldCall(string Id, string? Tool)
{
    /// <summary>The calls that messages have with their results.</summary>
    public static IReadOnlyList<ToldCall> Of(JsonArray messages)
    {
        var told = messages.OfType<JsonObject>().Select(IdOf).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (told.Count == 0)
        {
            return [];
        }

        var asked = AskedBy(messages);
        return [.. told.Where(asked.ContainsKey).Select(id => new ToldCall(id, asked[id].Text("name")))];
    }

    /// <summary>The id of the call whose result a message is, or null.</summary>
    public static string? IdOf(JsonObject message) =>
        message["role"]?.ToString() == "tool" && message["tool_call_id"]?.ToString() is { Length: > 0 and <= 200 } id && Log.TextRules.FaultOf(id) is null ? id : null;

    /// <summary>The functions that messages call, by the ids of the calls.</summary>
    public static Dictionary<string, JsonElement> AskedBy(JsonArray messages)
    {
        var calls = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var call in RecordedJson.ToElement(messages).EnumerateArray().SelectMany(message => message.Items("tool_calls")))
        {
            if (call.Text("id") is { } id)
            {
                calls[id] = call.Member("function");
            }
        }

        return calls;
    }
}
