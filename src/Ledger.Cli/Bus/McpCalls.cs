using System.Text.Json;

namespace Ledger.Cli.Bus;

/// <summary>Tracks the requests of a client that are still unanswered, by watching the messages, one per line, in both directions.</summary>
internal sealed class McpCalls
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private TaskCompletionSource _answered = Completed();

    /// <summary>Completes when every request received so far has been answered.</summary>
    public Task Answered
    {
        get
        {
            lock (_gate)
            {
                return _answered.Task;
            }
        }
    }

    /// <summary>Records a line sent by the client.</summary>
    public void Receive(ReadOnlyMemory<byte> line) => Take(line, isAnswer: false);

    /// <summary>Records a line sent by the server.</summary>
    public void Send(ReadOnlyMemory<byte> line) => Take(line, isAnswer: true);

    private void Take(ReadOnlyMemory<byte> line, bool isAnswer)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 1024 });
            Take(document.RootElement, isAnswer);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not a message, or one whose name is not a string: neither a request nor an answer.
        }
    }

    private void Take(JsonElement message, bool isAnswer)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var isCall = message.TryGetProperty("method", out var method);
        if (message.TryGetProperty("id", out var id) && id.ValueKind is JsonValueKind.String or JsonValueKind.Number && isCall != isAnswer)
        {
            Count(id.GetRawText(), isAnswer ? -1 : 1);
        }
        else if (isCall && !isAnswer && method.ValueKind == JsonValueKind.String && method.ValueEquals("notifications/cancelled"u8)
            && message.TryGetProperty("params", out var parameters) && parameters.ValueKind == JsonValueKind.Object
            && parameters.TryGetProperty("requestId", out var cancelled))
        {
            // A cancelled request gets no answer.
            Count(cancelled.GetRawText(), -1);
        }
    }

    private void Count(string id, int change)
    {
        lock (_gate)
        {
            var count = _open.GetValueOrDefault(id) + change;
            if (count > 0)
            {
                _open[id] = count;
            }
            else
            {
                _open.Remove(id);
            }

            if (_open.Count == 0)
            {
                _answered.TrySetResult();
            }
            else if (_answered.Task.IsCompleted)
            {
                _answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }
}
