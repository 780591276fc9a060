using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Interop.SweAgent;

/// <summary>Creates the events of a trajectory, in order.</summary>
internal sealed class TrajectoryEvents
{
    public const string TaskId = "task";
    private const string Environment = "environment";

    private readonly List<NewEvent> _events = [];
    private readonly JsonElement _json;
    private readonly JsonElement _root;
    private readonly JsonElement _config;
    private readonly Extras _extras;
    private readonly string _agent;
    private bool _hasUsage;

    /// <summary>Creates the events of one attempt.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="root">The whole file, for the data that all attempts share.</param>
    /// <param name="extras">Keeps the parts that have no place in the events, for the last one.</param>
    public TrajectoryEvents(JsonElement attempt, JsonElement root, Extras extras)
    {
        (_json, _root, _extras) = (attempt, root, extras);
        _config = ConfigOf(attempt) is { ValueKind: JsonValueKind.Object } own ? own : ConfigOf(root);
        _agent = attempt.Items("history").Select(m => m.Text("agent")).FirstOrDefault(a => a is not null) ?? "agent";
    }

    /// <summary>The number of events with the agent's prompt, before its first answer.</summary>
    public const int StartEvents = 2;

    public IReadOnlyList<NewEvent> Make()
    {
        _extras.AddOthers(_json, "", "trajectory", "history", "info", "environment", "attempts");
        _extras.AddOthers(_json.Member("info"), "info.", "exit_status", "submission", "model_stats", "best_attempt_idx");
        AddStart();
        var files = new TrajectoryFiles(this);
        string[] causes = ["request"];
        TrajectoryStep? last = null;
        foreach (var step in _json.Steps(_extras))
        {
            causes = AddStep(step, causes);
            files.Add(step, causes[0]);
            last = step;
        }

        AddOutcome(files, last, causes[0]);
        if (_extras.Kept.Count > 0)
        {
            Add("extra", causes[0], new UntypedEvent("recording.extra", EventJson.ToElement(new JsonObject { ["extra"] = _extras.Kept.DeepClone() })));
        }

        AddEnded(causes[0]);
        return _events;
    }

    public void Add(string id, string? cause, object data, string actor = Environment) => Add(id, cause is null ? [] : [cause], data, actor);

    private void Add(string id, string[] causes, object data, string actor) =>
        _events.Add(new NewEvent(data, new EventMetadata
        {
            Actor = actor,
            Source = RecordingFormat.SweAgent.Name,
            ForeignId = id,
            ForeignCauses = causes,
        }));

    private string? Model => _config.Member("agent").Member("model").Text("name");

    private void AddStart()
    {
        var opening = _json.Items("history").Select(m => new TrajectoryMessage(m)).TakeWhile(m => !m.IsAnswer).ToList();
        var task = _config.Member("problem_statement").Text("text") ?? opening.LastOrDefault().Text;
        var data = new JsonObject();
        SetText(data, "text", task);
        SetText(data, "environment", _json.Text("environment") ?? _root.Text("environment"));
        SetText(data, "problem", _config.Member("problem_statement").Text("id"));
        Add(TaskId, null, new ObjectCreated(TaskId, "Task", data));
        Add("request", TaskId, Request(opening), _agent);
    }

    private LlmRequest Request(IEnumerable<TrajectoryMessage> messages) =>
        new(EventJson.ToElement(new JsonArray([.. messages.Select(m => m.ToRequest(_extras))])), Model);

    /// <summary>Adds the events of a step, and returns the ids that the next step names as causes.</summary>
    private string[] AddStep(TrajectoryStep step, string[] causes)
    {
        var name = $"step-{step.Number}";
        var more = More(step, step.ResponseMore);
        if (step is { Response: { } response, Thought: { } thought } && !response.Contains(thought.Trim(), StringComparison.Ordinal))
        {
            more["thought"] = EventJson.ToElement(writer => writer.WriteStringValue(thought));
        }

        _hasUsage |= step.ResponseMore.ContainsKey("input_tokens") || step.ResponseMore.ContainsKey("output_tokens");
        Add($"{name}.response", causes, new LlmResponse(step.Response ?? step.Thought, Model) { More = more }, _agent);
        string[] ends = string.IsNullOrWhiteSpace(step.Action)
            ? new TrajectoryCalls(this, step, _agent, _extras).Add($"{name}.response")
            : [AddCommand(step, name)];
        var told = step.Messages.Select(m => new TrajectoryMessage(m)).ToList();
        if (told.Count == 0 && !(string.IsNullOrWhiteSpace(step.Action) && step.Observation is not null))
        {
            return ends;
        }

        var request = told.Count > 0
            ? Request(told)
            : new LlmRequest(EventJson.ToElement(new JsonArray(new JsonObject { ["role"] = "user", ["content"] = step.Observation })), Model);
        request.More = More(step);
        Add($"{name}.request", ends, request, _agent);
        return [$"{name}.request"];
    }

    private string AddCommand(TrajectoryStep step, string name)
    {
        var arguments = EventJson.ToElement(new JsonObject { ["command"] = step.Action });
        var called = More(step);
        if (step.ToolCalls.ValueKind == JsonValueKind.Array)
        {
            called["tool_calls"] = step.ToolCalls.Cleaned();
        }

        Add($"{name}.called", $"{name}.response", new ToolCalled(new TrajectoryCommand(step.Action!).Tool, arguments) { More = called }, _agent);
        if (step.Observation is null && !step.ResultMore.ContainsKey("content"))
        {
            return $"{name}.called";
        }

        var more = More(step, step.ResultMore);
        if (step.ExecutionTime.ValueKind == JsonValueKind.Number)
        {
            more["execution_time"] = step.ExecutionTime;
        }

        var result = step.Observation is { } text ? EventJson.ToElement(writer => writer.WriteStringValue(text)) : default;
        Add($"{name}.returned", $"{name}.called", new ToolReturned($"{name}.called", result) { More = more });
        return $"{name}.returned";
    }

    private void AddOutcome(TrajectoryFiles files, TrajectoryStep? last, string cause)
    {
        var info = _json.Member("info");
        var isSubmitted = last is not null && new TrajectoryCommand(last.Action ?? "").Tool == "submit";
        var patch = info.Text("submission") ?? (isSubmitted ? last!.Observation : null);
        if (string.IsNullOrWhiteSpace(patch))
        {
            patch = null;
        }

        if (info.ValueKind == JsonValueKind.Object)
        {
            var data = new JsonObject();
            SetText(data, "exit_status", info.Text("exit_status"));
            if (info.Member("model_stats") is { ValueKind: JsonValueKind.Object } stats)
            {
                data["model_stats"] = stats.ToNode();
            }

            Add("outcome", cause, new ObjectCreated("outcome", "Outcome", data));
            Add("outcome.relation", "outcome", new RelationCreated("outcome_of", "outcome_of", "outcome", TaskId));
        }

        if (patch is null)
        {
            return;
        }

        Add("submission", cause, new ObjectCreated("submission", "Submission", new JsonObject { ["patch"] = patch }), _agent);
        Add("submission.relation", "submission", new RelationCreated("answers", "answers", "submission", TaskId), _agent);
        foreach (var file in files.OfPatch(last, patch, "submission"))
        {
            Add($"submission.{file}", "submission", new RelationCreated($"changes:{file}", "changes", "submission", file), _agent);
        }
    }

    // Last, because every other event would be work after the end.
    private void AddEnded(string cause)
    {
        var info = _json.Member("info");
        var ended = new JsonObject();
        SetText(ended, "exit_status", info.Text("exit_status"));
        StatedTotal.Of(info.Member("model_stats"), "instance_cost", "tokens_sent", "tokens_received").AddTo(ended, hasCost: false, _hasUsage);
        if (ended.Count > 0)
        {
            Add("ended", cause, new UntypedEvent(RecordingEnd.EventType, EventJson.ToElement(ended)));
        }
    }

    /// <summary>The members of a step's event beyond those of its type.</summary>
    public static Dictionary<string, JsonElement> More(TrajectoryStep step, IReadOnlyDictionary<string, JsonElement>? further = null) =>
        new(further ?? new Dictionary<string, JsonElement>()) { ["step"] = EventJson.ToElement(writer => writer.WriteNumberValue(step.Number)) };

    private static void SetText(JsonObject data, string name, string? value)
    {
        if (value is not null)
        {
            data[name] = value;
        }
    }

    // JSON, which some files write as text.
    private static JsonElement ConfigOf(JsonElement json)
    {
        if (json.Text("replay_config") is not { } text)
        {
            return json.Member("replay_config");
        }

        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
