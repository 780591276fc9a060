using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Json;

namespace Ledger.Files;

/// <summary>Makes the events of a trajectory, in order.</summary>
internal sealed class TrajectoryEvents
{
    public const string TaskId = "task";
    private const string Source = "swe-agent";
    private const string Environment = "environment";

    private readonly List<NewEvent> _events = [];
    private readonly JsonElement _json;
    private readonly JsonElement _config;
    private readonly string _agent;

    public TrajectoryEvents(JsonElement json)
    {
        _json = json;
        _config = ConfigOf(json);
        _agent = json.Items("history").Select(m => m.Text("agent")).FirstOrDefault(a => a is not null) ?? "agent";
    }

    public IReadOnlyList<NewEvent> Make()
    {
        AddStart();
        var files = new TrajectoryFiles(this);
        var cause = "request";
        TrajectoryStep? last = null;
        foreach (var step in _json.Steps())
        {
            cause = AddStep(step, cause);
            files.Add(step, cause);
            last = step;
        }

        AddEnd(files, last, cause);
        return _events;
    }

    public void Add(string id, string? cause, object data, string actor = Environment) =>
        _events.Add(new NewEvent(data, new EventMetadata
        {
            Actor = actor,
            Source = Source,
            ForeignId = id,
            ForeignCauses = cause is null ? [] : [cause],
        }));

    private string? Model => _config.Member("agent").Member("model").Text("name");

    private void AddStart()
    {
        var opening = _json.Items("history").TakeWhile(m => m.Text("role") != "assistant").ToList();
        var task = _config.Member("problem_statement").Text("text") ?? opening.LastOrDefault().Content();
        var data = new JsonObject();
        SetText(data, "text", task);
        SetText(data, "environment", _json.Text("environment"));
        SetText(data, "problem", _config.Member("problem_statement").Text("id"));
        Add(TaskId, null, new ObjectCreated(TaskId, "Task", data));
        var messages = new JsonArray([.. opening.Select(m => new JsonObject { ["role"] = m.Text("role"), ["content"] = m.Content() })]);
        Add("request", TaskId, new LlmRequest(EventJson.ToElement(messages), Model), _agent);
    }

    private string AddStep(TrajectoryStep step, string cause)
    {
        var name = $"step-{step.Number}";
        var response = new LlmResponse(step.Response ?? step.Thought, Model) { More = More(step) };
        Add($"{name}.response", cause, response, _agent);
        if (string.IsNullOrWhiteSpace(step.Action))
        {
            return $"{name}.response";
        }

        var arguments = EventJson.ToElement(new JsonObject { ["command"] = step.Action });
        Add($"{name}.called", $"{name}.response", new ToolCalled(new TrajectoryCommand(step.Action).Tool, arguments) { More = More(step) }, _agent);
        if (step.Observation is null)
        {
            return $"{name}.called";
        }

        var result = EventJson.ToElement(writer => writer.WriteStringValue(step.Observation));
        var more = More(step);
        if (step.ExecutionTime.ValueKind == JsonValueKind.Number)
        {
            more["execution_time"] = step.ExecutionTime;
        }

        Add($"{name}.returned", $"{name}.called", new ToolReturned($"{name}.called", result) { More = more });
        return $"{name}.returned";
    }

    private void AddEnd(TrajectoryFiles files, TrajectoryStep? last, string cause)
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
                data["model_stats"] = JsonObject.Create(stats);
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

    private static Dictionary<string, JsonElement> More(TrajectoryStep step) =>
        new() { ["step"] = EventJson.ToElement(writer => writer.WriteNumberValue(step.Number)) };

    private static void SetText(JsonObject data, string name, string? value)
    {
        if (value is not null)
        {
            data[name] = value;
        }
    }

    // JSON, in some files as text.
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
