using System.Text.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Demo;

/// <summary>An agent that works on a run or branch, phase by phase, and logs what it does and why.</summary>
/// <remarks>Everything it knows comes from the history, so it can continue a branch as well as its own run.</remarks>
internal sealed class DemoAgent
{
    /// <summary>The agent's name in <c>actor</c>.</summary>
    public const string Name = "on-call-agent";

    private readonly Run _run;
    private readonly CancellationToken _cancellationToken;
    private readonly Dictionary<string, Guid> _lastChanges = new(StringComparer.Ordinal);
    private readonly List<object> _waiting = [];
    private string _phase = "";
    private Guid? _reason;

    private DemoAgent(Run run, CancellationToken cancellationToken) => (_run, _cancellationToken) = (run, cancellationToken);

    /// <summary>An agent that has read the history so far.</summary>
    /// <param name="run">The run or branch to work on.</param>
    /// <param name="cancellationToken">Stops the work; what was appended stays.</param>
    public static async Task<DemoAgent> OnAsync(Run run, CancellationToken cancellationToken)
    {
        var agent = new DemoAgent(run, cancellationToken);
        await foreach (var recorded in run.ReadAsync(cancellationToken: cancellationToken))
        {
            agent.Remember(recorded.Id, recorded.Data);
            agent._reason = recorded.Id;
        }

        return agent;
    }

    /// <summary>Begins a phase, which the events name in <c>source</c>.</summary>
    public void Begin(string phase)
    {
        _phase = phase;
        _reason = Add(new ResponderFired(phase));
    }

    /// <summary>Ends the phase with a sentence about its outcome, and appends the waiting events.</summary>
    public async Task EndAsync(string outcome)
    {
        var more = new Dictionary<string, JsonElement> { ["outcome"] = JsonElement.Parse(Quoted(outcome)) };
        _reason = Add(new ResponderCompleted(_phase) { More = more });
        await FlushAsync();
    }

    /// <summary>Calls a tool, unless the history has its answer already.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="arguments">The arguments of the call: JSON.</param>
    /// <param name="result">The answer: JSON.</param>
    /// <param name="because">The object that is the reason for the call. Default: the phase's own reason.</param>
    public async Task<JsonElement> CallAsync(string tool, string arguments, string result, string? because = null) =>
        await CallOnceAsync("tool", $$"""{"tool": "{{tool}}", "arguments": {{arguments}}}""", new CallResponse(JsonElement.Parse(result)), because);

    /// <summary>Asks the model, unless the history has its answer already.</summary>
    /// <param name="question">The question; a token is counted as four characters.</param>
    /// <param name="answer">What the model answers.</param>
    /// <param name="costUsd">The cost of the answer.</param>
    /// <param name="because">The object that is the reason for the question.</param>
    public async Task AskAsync(string question, string answer, decimal costUsd, string because)
    {
        var request = $$"""{"model": "scripted", "messages": [{"role": "user", "content": {{Quoted(question)}}}]}""";
        var response = CallResponse.OfText(answer) with { CostUsd = costUsd, InputTokens = question.Length / 4, OutputTokens = answer.Length / 4 };
        await CallOnceAsync("llm", request, response, because);
    }

    /// <summary>Creates an object, with the last answer as its cause.</summary>
    public void Create(string id, string type, string data) => Add(new ObjectCreated(id, type, JsonElement.Parse(data)));

    /// <summary>Changes an object, with the last answer as its cause.</summary>
    public void Patch(string id, string patch) => Add(new ObjectPatched(id, JsonElement.Parse(patch)), _lastChanges[id]);

    /// <summary>Relates two objects.</summary>
    public void Relate(string source, string type, string target) =>
        Add(new RelationCreated($"{source} {type} {target}", type, source, target), _lastChanges[source], _lastChanges[target]);

    /// <summary>Queues an event; the queue is appended before the next call, or at the end of the phase.</summary>
    /// <returns>Its id, which exists before the append, so that a later event can name it as its cause.</returns>
    public Guid Add(object data, params ReadOnlySpan<Guid> alsoBecause)
    {
        Guid[] causes = _reason is { } reason ? [reason, .. alsoBecause] : [.. alsoBecause];
        var added = new NewEvent(data, Metadata(causes));
        _waiting.Add(added);
        Remember(added.Id, data);
        return added.Id;
    }

    private async Task<JsonElement> CallOnceAsync(string kind, string request, CallResponse response, string? because)
    {
        await FlushAsync();
        Guid[] causes = because is not null ? [_lastChanges[because]] : [_reason!.Value];
        var answer = await _run.CallOnceAsync(kind, request, _ => Task.FromResult(response), Metadata(causes), _cancellationToken);
        _reason = answer.ResponseId;
        return answer.Response;
    }

    private async Task FlushAsync()
    {
        await _run.AppendAsync(_waiting, _cancellationToken);
        _waiting.Clear();
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private EventMetadata Metadata(IReadOnlyList<Guid> causes) => new() { Actor = Name, Source = $"demo/{_phase}", Causes = causes };

    private void Remember(Guid id, object data)
    {
        if (data is ObjectCreated created)
        {
            _lastChanges[created.Id] = id;
        }
        else if (data is ObjectPatched patched)
        {
            _lastChanges[patched.Id] = id;
        }
    }
}
