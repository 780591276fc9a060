using System.Runtime.CompilerServices;
using System.Text.Json;
using Ledger.Log;

namespace Ledger.Parquet;

/// <summary>Joins requests with their answers; only requests without an answer are held.</summary>
/// <param name="scopeOf">The part of the log in which the foreign id of an event names it.</param>
/// <param name="mostOpen">How many requests are held; the oldest beyond becomes a row of its own, and so does its answer, if there is one later.</param>
internal sealed class CallRows(Func<RecordedEvent, string> scopeOf, int mostOpen = CallRows.MostOpen)
{
    // Requests of imported conversations are often parts of one, and have no answer of their own.
    private const int MostOpen = 100_000;

    private readonly Dictionary<Guid, LinkedListNode<RecordedEvent>> _open = [];
    private readonly Dictionary<(string Scope, string Id), Guid> _foreign = [];
    private readonly LinkedList<RecordedEvent> _order = [];

    public async IAsyncEnumerable<CallRow> ReadAsync(IAsyncEnumerable<RecordedEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var recorded in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            switch (recorded.Type)
            {
                case "llm.request" or "tool.called" or "call.requested":
                    Open(recorded);
                    if (_open.Count > mostOpen && Remove(_order.First!.Value.Id) is { } oldest && IsCall(oldest))
                    {
                        yield return new CallRow(KindOf(oldest), "open", oldest, null);
                    }

                    break;
                case "llm.response":
                    yield return new CallRow("llm", StatusOf(recorded), Close(recorded, null), recorded);
                    break;
                case "tool.returned":
                    yield return new CallRow("tool", StatusOf(recorded), Close(recorded, (recorded.Data as ToolReturned)?.CallId), recorded);
                    break;
                case "call.returned":
                    yield return new CallRow((recorded.Data as CallReturned)?.Kind ?? "call", "answered", Close(recorded, null), recorded);
                    break;
                case "call.failed":
                    yield return new CallRow((recorded.Data as CallFailed)?.Kind ?? "call", "failed", Close(recorded, null), recorded);
                    break;
                case "call.answered":
                    yield return new CallRow((recorded.Data as CallAnswered)?.Kind ?? "call", "reused", null, recorded);
                    break;
                case "call.released" when Close(recorded, null) is { } released:
                    yield return new CallRow(KindOf(released), "released", released, recorded);
                    break;
                default:
                    break;
            }
        }

        foreach (var request in _order.Where(IsCall))
        {
            yield return new CallRow(KindOf(request), "open", request, null);
        }
    }

    // A message that was imported is a request too, which no answer need follow from.
    private static bool IsCall(RecordedEvent request) => request.Type != "llm.request" || request.Metadata.Headers.ContainsKey("call_owner");

    // As in the views 'llm_calls' and 'tool_calls': what other tools recorded of a failure is in the answer; an answer to Ledger's own call is one, whatever members it has.
    private static string StatusOf(RecordedEvent answer)
    {
        var data = answer.ToJsonElement();
        var hasFailed = data.ValueKind == JsonValueKind.Object && !answer.Metadata.Headers.ContainsKey("request_hash")
            && ((data.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null) || (answer.Type == "tool.returned" && !data.TryGetProperty("result", out _)));
        return hasFailed ? "failed" : "answered";
    }

    private static string KindOf(RecordedEvent request) => request.Type switch
    {
        "llm.request" => "llm",
        "tool.called" => "tool",
        _ => (request.Data as CallRequested)?.Kind ?? "call",
    };

    private void Open(RecordedEvent request)
    {
        Remove(request.Id);
        _open[request.Id] = _order.AddLast(request);
        if (request.Metadata.ForeignId is { } foreignId)
        {
            _foreign[(scopeOf(request), foreignId)] = request.Id;
        }
    }

    private RecordedEvent? Close(RecordedEvent answer, string? callId)
    {
        IEnumerable<string> foreign = callId is null ? answer.Metadata.ForeignCauses : answer.Metadata.ForeignCauses.Prepend(callId);
        var named = Guid.TryParse(callId, out var id) ? answer.Metadata.Causes.Prepend(id) : answer.Metadata.Causes;
        foreach (var cause in named.Concat(foreign.Select(name => _foreign.GetValueOrDefault((scopeOf(answer), name)))))
        {
            if (Remove(cause) is { } request)
            {
                return request;
            }
        }

        return null;
    }

    private RecordedEvent? Remove(Guid id)
    {
        if (!_open.Remove(id, out var node))
        {
            return null;
        }

        _order.Remove(node);
        if (node.Value.Metadata.ForeignId is { } foreignId && _foreign.GetValueOrDefault((scopeOf(node.Value), foreignId)) == id)
        {
            _foreign.Remove((scopeOf(node.Value), foreignId));
        }

        return node.Value;
    }
}
