using System.Text.Json.Nodes;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>What the events of a run follow from, while they are made in order.</summary>
internal sealed class SpanCauses
{
    // Nearer than this is the agent that a call belongs to; a deep chain of spans must not cost quadratic time.
    private const int MostLevels = 100;

    private readonly HashSet<string> _resources = new(StringComparer.Ordinal);

    // By the id of a call: the answer that asked for it, and its result.
    private readonly Dictionary<string, string> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _results = new(StringComparer.Ordinal);

    // By the span that they are parts of: the last answer, and the last event of any part.
    private readonly Dictionary<SpanEntry, string> _answers = [];
    private readonly Dictionary<SpanEntry, string> _lastParts = [];
    private string? _lastAnswer;

    /// <summary>Whether a resource has not been named before.</summary>
    public bool IsNew(string resource) => _resources.Add(resource);

    /// <summary>Whether a call has its result.</summary>
    public bool IsAnswered(string call) => _results.ContainsKey(call);

    /// <summary>The causes of the first event of a span.</summary>
    public IReadOnlyList<string> OfBegin(SpanEntry span, GenAiContent content)
    {
        if (span.Role == SpanRole.Tool)
        {
            return OfCall(span, span.Calls.Count > 0 ? span.Calls[0] : null);
        }

        var causes = new List<string>();
        if (span.Role == SpanRole.Model)
        {
            var told = content.Input.OfType<JsonObject>().Select(message => message["tool_call_id"]?.ToString()).OfType<string>();
            causes.AddRange(told.Select(call => _results.GetValueOrDefault(call)).OfType<string>().Distinct(StringComparer.Ordinal).TakeLast(20));
        }

        return span.Around is { } around ? [.. causes, around] : causes;
    }

    /// <summary>The causes of a call of a tool: the answer that asked for it, else the last one of the same agent, else the span around.</summary>
    public IReadOnlyList<string> OfCall(SpanEntry span, string? call)
    {
        if (call is not null && _asked.TryGetValue(call, out var asked))
        {
            return [asked];
        }

        var levels = 0;
        for (var at = span.Parent; at is not null && levels++ < MostLevels; at = at.Parent)
        {
            if (_answers.TryGetValue(at, out var answer))
            {
                return [answer];
            }
        }

        return span.Around is { } around ? [around] : _lastAnswer is { } last ? [last] : [];
    }

    /// <summary>The causes of the last event of a span.</summary>
    public IReadOnlyList<string> OfEnd(SpanEntry span) =>
        span.Role == SpanRole.Agent && _lastParts.TryGetValue(span, out var part) ? [part, span.EventId] : [span.EventId];

    /// <summary>A span has ended.</summary>
    public void Ended(SpanEntry span, GenAiContent content)
    {
        var end = $"{span.EventId}.end";
        if (span.Parent is { } parent)
        {
            _lastParts[parent] = end;
        }

        if (span.Role == SpanRole.Tool && span.Calls.Count > 0)
        {
            _results[span.Calls[0]] = end;
        }

        if (span.Role != SpanRole.Model)
        {
            return;
        }

        _lastAnswer = end;
        if (span.Parent is { } around)
        {
            _answers[around] = end;
        }

        foreach (var call in span.Calls)
        {
            _asked[call] = end;
        }
    }

    /// <summary>A call has its result.</summary>
    public void Answered(string call, string result) => _results[call] = result;
}
