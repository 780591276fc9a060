using System.Runtime.CompilerServices;
using Ledger.Log;

namespace Ledger.Parquet;

/// <summary>Joins requests with their answers; only requests without an answer are held.</summary>
/// <param name="scopeOf">The part of the log in which the foreign id of an event names it.</param>
internal sealed class CallRows(Func<RecordedEvent, string> scopeOf)
{
    // Requests of imported conversations are often parts of one, and have no answer of their own.
    private const int MostOpen = 100_000;

    private readonly Dictionary<Guid, RecordedEvent> _open = [];
    private readonly Dictionary<(string Scope, string Id), Guid> _foreign = [];
    private readonly Queue<Guid> _order = [];

    public async IAsyncEnumerable<CallRow> ReadAsync(IAsyncEnumerable<RecordedEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var recorded in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            switch (recorded.Type)
            {
                case "llm.request" or "tool.called" or "call.requested":
                    Open(recorded);
                    break;
                case "llm.response":
                    yield return new CallRow("llm", "answered", Close(recorded, null), recorded);
                    break;
                case "tool.returned":
                    yield return new CallRow("tool", "answered", Close(recorded, (recorded.Data as ToolReturned)?.CallId), recorded);
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
                default:
                    break;
            }
        }

        // A message that was imported is a request too, which no answer need follow from.
        foreach (var id in _order)
        {
            if (_open.TryGetValue(id, out var request) && (request.Type != "llm.request" || request.Metadata.CallId is not null))
            {
                yield return new CallRow(KindOf(request), "open", request, null);
            }
        }
    }

    private static string KindOf(RecordedEvent request) => request.Type switch
    {
        "llm.request" => "llm",
        "tool.called" => "tool",
        _ => (request.Data as CallRequested)?.Kind ?? "call",
    };

    private void Open(RecordedEvent request)
    {
        _open[request.Id] = request;
        _order.Enqueue(request.Id);
        if (request.Metadata.ForeignId is { } foreignId)
        {
            _foreign[(scopeOf(request), foreignId)] = request.Id;
        }

        while (_order.Count > MostOpen)
        {
            Remove(_order.Dequeue());
        }
    }

    private RecordedEvent? Close(RecordedEvent answer, string? callId)
    {
        IEnumerable<string> foreign = callId is null ? answer.Metadata.ForeignCauses : answer.Metadata.ForeignCauses.Prepend(callId);
        var named = Guid.TryParse(callId, out var id) ? answer.Metadata.Causes.Prepend(id) : answer.Metadata.Causes;
        foreach (var cause in named.Concat(foreign.Select(name => _foreign.GetValueOrDefault((scopeOf(answer), name)))))
        {
            if (_open.TryGetValue(cause, out var request))
            {
                Remove(cause);
                return request;
            }
        }

        return null;
    }

    private void Remove(Guid id)
    {
        if (_open.Remove(id, out var request) && request.Metadata.ForeignId is { } foreignId)
        {
            _foreign.Remove((scopeOf(request), foreignId));
        }
    }
}
