using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Atif;

/// <summary>Makes the events of a trajectory.</summary>
internal sealed class AtifTrajectory(JsonElement json, IReadOnlyList<(string? Name, string Run)> subagents, Extras extras)
{
    private static readonly string[] OfHeader = ["schema_version", "session_id", "trajectory_id", "agent", "notes", "continued_trajectory_ref", "parent_trajectory_ref"];

    private static readonly (string Name, string To)[] Tokens =
        [("prompt_tokens", "prompt_tokens"), ("completion_tokens", "completion_tokens"), ("cached_tokens", "cached_tokens")];

    private readonly Conversation _conversation = new(RecordingFormat.Atif);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly List<AtifReference> _references = [];

    /// <summary>The trajectories in other files that it names, once it was read.</summary>
    public IReadOnlyList<AtifReference> References => _references;

    /// <summary>What it is called.</summary>
    public IReadOnlyList<string> Names => [.. new[] { json.Text("trajectory_id"), json.Text("session_id") }.Where(IsName).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>The runs that the trajectories of subagents become, by their names.</summary>
    public static IReadOnlyList<(string? Name, string Run)> RunsOf(IReadOnlyList<JsonElement> subagents, string id) =>
        [.. subagents.Select((s, i) => (s.Text("trajectory_id") ?? s.Text("session_id"), $"{id}-subagent-{i + 1}"))];

    public IReadOnlyList<NewEvent> Read()
    {
        var document = new Fields(json);
        _conversation.Actor = json.Member("agent").Text("name") is { Length: > 0 } name ? name : "agent";
        _conversation.Model = json.Member("agent").Text("model_name");
        var header = new JsonObject();
        Copy(document, header, OfHeader);
        if (subagents.Count > 0)
        {
            document.Skip("subagent_trajectories");
            header["subagent_runs"] = new JsonArray([.. subagents.Select(s => JsonValue.Create(s.Run))]);
        }

        _conversation.Note(new Place("started"), "recording.started", header);
        AddReference(AtifReference.Continuation, null, json.Text("continued_trajectory_ref"), "started");
        var number = 0;
        foreach (var step in document.List("steps") ?? [])
        {
            Add(step, ++number);
        }

        var ended = new JsonObject();
        Copy(document, ended, ["final_metrics", "extra"]);
        if (document.Rest(extras, "") is { } others)
        {
            ended["others"] = others;
        }

        _conversation.End(ended, StatedTotal.Of(json.Member("final_metrics"), "total_cost_usd", "total_prompt_tokens", "total_completion_tokens"));

        return _conversation.Take();
    }

    private void Add(JsonElement json, int number)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            extras.Add("steps that are no objects");
            _conversation.Note(new Place(IdOf(default, number)), "atif.step", new JsonObject { ["value"] = json.ToNode() });
            return;
        }

        var step = new Fields(json);
        var place = new Place(IdOf(step.Any("step_id"), number), step.Time("timestamp"));
        if (step.Peek("source") == "agent")
        {
            AddAnswer(place, step);
        }
        else
        {
            AddMessage(place, step);
        }
    }

    private void AddMessage(Place place, Fields step)
    {
        var message = new JsonObject { ["role"] = step.Text("source") ?? "user", ["content"] = step.Any("message").ToNode() };
        var more = new JsonObject();
        Copy(step, more, ["is_copied_context", "reasoning_effort", "extra"]);
        var results = ResultsOf(step, more);
        AddOthers(step, more);
        _conversation.Tell(place, message, more);
        for (var i = 0; i < results.Count; i++)
        {
            AddResult(place.Of("result", i), new Fields(results[i]), isOfCall: false);
        }
    }

    private void AddAnswer(Place place, Fields step)
    {
        step.Skip("source");
        var message = step.Any("message");
        var metrics = step.Object("metrics");
        var cost = metrics.Price("cost_usd");
        var more = new JsonObject();
        if (Content.PartsOf(message) is { } parts)
        {
            more["content"] = parts;
        }
        else if (message.ValueKind == JsonValueKind.Array)
        {
            // Parts of text alone, which are to be parts again.
            more["content"] = message.ToNode();
        }

        Copy(step, more, ["reasoning_content", "reasoning_effort", "is_copied_context", "llm_call_count", "extra"]);
        var usage = new JsonObject();
        foreach (var (name, to) in Tokens)
        {
            if (metrics.Count(name) is { } count)
            {
                usage[to] = count;
            }
        }

        if (usage.Count > 0)
        {
            more["usage"] = usage;
        }

        if (metrics.Rest(extras, "steps.metrics.") is { } others)
        {
            more["metrics"] = others;
        }

        var model = step.Text("model_name");
        if (model is not null)
        {
            more["model_name"] = model;
        }

        var calls = step.List("tool_calls") ?? [];
        var results = ResultsOf(step, more);
        AddOthers(step, more);
        _conversation.Answer(place, new RecordedAnswer(Content.TextOf(message), model, cost, more));
        for (var i = 0; i < calls.Count; i++)
        {
            AddCall(place.Of("call", i) with { Causes = [place.Id] }, new Fields(calls[i]));
        }

        for (var i = 0; i < results.Count; i++)
        {
            AddResult(place.Of("result", i), new Fields(results[i]), isOfCall: true);
        }
    }

    private void AddCall(Place place, Fields call)
    {
        var (tool, arguments, id) = (call.Text("function_name"), call.Any("arguments"), call.Text("tool_call_id"));
        var more = new JsonObject();
        Copy(call, more, ["extra"]);
        AddOthers(call, more);
        _conversation.Call(place, tool, arguments, id, more);
    }

    private void AddResult(Place place, Fields result, bool isOfCall)
    {
        var (id, content) = (result.Text("source_call_id"), result.Any("content"));
        var more = new JsonObject();
        Copy(result, more, ["subagent_trajectory_ref", "extra"]);
        var runs = result.Json.Items("subagent_trajectory_ref")
            .Select(r => r.Text("trajectory_id") ?? r.Text("session_id"))
            .Select(name => subagents.FirstOrDefault(s => s.Name is not null && s.Name == name).Run)
            .OfType<string>()
            .ToList();
        foreach (var reference in result.Json.Items("subagent_trajectory_ref"))
        {
            AddReference(AtifReference.Subagent, reference.Text("trajectory_id") ?? reference.Text("session_id"), reference.Text("trajectory_path"), place.Id);
        }

        if (runs.Count > 0)
        {
            more["runs"] = new JsonArray([.. runs.Select(run => JsonValue.Create(run))]);
        }

        AddOthers(result, more);
        if (id is not null || isOfCall)
        {
            _conversation.Return(place, id, content, more);
            return;
        }

        more["content"] = content.ToNode();
        _conversation.Note(place, "atif.observation", more);
    }

    private void AddReference(string relation, string? name, string? path, string eventId)
    {
        var reference = new AtifReference(relation, IsName(name) ? name : null, AtifReference.FileOf(path), eventId);
        if ((reference.Name ?? reference.File) is not null && !subagents.Any(s => s.Name is not null && s.Name == name))
        {
            _references.Add(reference);
        }
    }

    private static bool IsName(string? name) => name is { Length: > 0 and <= 200 } && Log.TextRules.FaultOf(name) is null;

    private IReadOnlyList<JsonElement> ResultsOf(Fields step, JsonObject more)
    {
        var observation = step.Object("observation");
        var results = observation.List("results") ?? [];
        if (observation.Rest(extras, "steps.observation.") is { } others)
        {
            more["observation"] = others;
        }

        return results;
    }

    private void AddOthers(Fields fields, JsonObject more)
    {
        if (fields.Rest(extras, "steps.") is { } others)
        {
            more["others"] = others;
        }
    }

    private static void Copy(Fields from, JsonObject to, ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (RecordedJson.SaysSomething(from.Json.Member(name)))
            {
                to[name] = from.Any(name).ToNode();
            }
        }
    }

    private string IdOf(JsonElement id, int number)
    {
        var name = id.ValueKind == JsonValueKind.Number && id.GetRawText() is { Length: < 20 } text ? $"step-{text}" : string.Create(CultureInfo.InvariantCulture, $"number-{number}");
        return _ids.Add(name) ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-number-{number}");
    }
}
