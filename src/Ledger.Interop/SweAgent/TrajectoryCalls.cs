using System.Text.Json;
using Ledger.Interop.Reading;
using Ledger.Json;

namespace Ledger.Interop.SweAgent;

/// <summary>The tool calls that a model wrote as JSON, with their answers, as events of its run.</summary>
internal sealed class TrajectoryCalls(TrajectoryEvents events, TrajectoryStep step, string agent, Extras extras)
{
    private readonly List<(string EventId, string? CallId, bool IsAnswered)> _calls = [];

    /// <summary>Adds the events, and returns the ids of those that end the step.</summary>
    /// <param name="response">The id of the model's answer that contains the calls.</param>
    public string[] Add(string response)
    {
        if (step.ToolCalls.ValueKind != JsonValueKind.Array)
        {
            return [response];
        }

        foreach (var call in step.ToolCalls.EnumerateArray())
        {
            AddCall(call, response);
        }

        var returned = step.Answers.Select((answer, i) => AddAnswer(new TrajectoryMessage(answer), i)).ToList();
        return [.. returned, .. _calls.Where(c => !c.IsAnswered).Select(c => c.EventId)];
    }

    private void AddCall(JsonElement call, string response)
    {
        var function = call.Member("function");
        extras.AddOthers(call, "tool_calls.", "id", "type", "index", "function", "name", "arguments", "input");
        extras.AddOthers(function, "tool_calls.function.", "name", "arguments");
        var more = TrajectoryEvents.More(step);
        if (call.Text("id") is { } callId)
        {
            more["tool_call_id"] = EventJson.ToElement(writer => writer.WriteStringValue(callId));
        }

        var arguments = function.Member("arguments") is { ValueKind: not JsonValueKind.Undefined } own ? own
            : call.Member("arguments") is { ValueKind: not JsonValueKind.Undefined } plain ? plain
            : call.Member("input");
        var id = Numbered("called", _calls.Count);
        events.Add(id, response, new ToolCalled(function.Text("name") ?? call.Text("name"), Parsed(arguments)) { More = more }, agent);
        _calls.Add((id, call.Text("id"), false));
    }

    private string AddAnswer(TrajectoryMessage answer, int index)
    {
        extras.AddOthers(answer.Json, "history.", "role", "content", "agent", "message_type", "tool_call_id", "name", "tool_call_ids");
        var callId = answer.Json.Text("tool_call_id") ?? answer.Json.Items("tool_call_ids").Select(i => i.ToNode()?.ToString()).FirstOrDefault();
        var call = _calls.FindIndex(c => !c.IsAnswered && c.CallId is not null && c.CallId == callId);
        if (call < 0)
        {
            call = _calls.FindIndex(c => !c.IsAnswered);
        }

        var more = TrajectoryEvents.More(step);
        if (callId is not null)
        {
            more["tool_call_id"] = EventJson.ToElement(writer => writer.WriteStringValue(callId));
        }

        if (answer.Json.Text("name") is { } name)
        {
            more["name"] = EventJson.ToElement(writer => writer.WriteStringValue(name));
        }

        // An answer without a matching call is added to the last one.
        var of = _calls[call >= 0 ? call : ^1];
        if (call >= 0)
        {
            _calls[call] = of with { IsAnswered = true };
        }

        var id = Numbered("returned", index);
        var result = answer.Content is { } content ? EventJson.ToElement(content) : default;
        events.Add(id, of.EventId, new ToolReturned(of.EventId, result) { More = more });
        return id;
    }

    private string Numbered(string what, int index) => index == 0 ? $"step-{step.Number}.{what}" : $"step-{step.Number}.{what}-{index + 1}";

    // Most systems write the arguments as JSON in text. Anything else stays text.
    private static JsonElement Parsed(JsonElement arguments)
    {
        if (arguments.ValueKind != JsonValueKind.String)
        {
            return arguments.ValueKind == JsonValueKind.Undefined ? default : arguments.Cleaned();
        }

        try
        {
            return JsonElement.Parse(arguments.GetString()!).Cleaned();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return arguments.Cleaned();
        }
    }
}
