using System.Buffers;
using System.Text.Json;

namespace Ledger.Cli.Bus;

/// <summary>The requests of a client that are not answered yet, as the messages say that pass in both directions, a line each.</summary>
internal sealed class McpCalls
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _received = new();
    private readonly ArrayBufferWriter<byte> _sent = new();
    private TaskCompletionSource _answered = Completed();

    /// <summary>Ends when every request that came is answered.</summary>
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

    /// <summary>Takes what the client sent.</summary>
    public void Receive(ReadOnlySpan<byte> utf8) => Split(utf8, _received, line => Take(line, isAnswer: false));

    /// <summary>Takes what the server sent.</summary>
    public void Send(ReadOnlySpan<byte> utf8) => Split(utf8, _sent, line => Take(line, isAnswer: true));

    /// <summary>Whether the client's last line has no end yet.</summary>
    public bool HasBegunLine => _received.WrittenCount > 0;

    private static void Split(ReadOnlySpan<byte> utf8, ArrayBufferWriter<byte> begun, Action<ReadOnlyMemory<byte>> take)
    {
        while (utf8.IndexOf((byte)'\n') is var end and >= 0)
        {
            begun.Write(utf8[..end]);
            utf8 = utf8[(end + 1)..];
            take(begun.WrittenMemory);
            begun.ResetWrittenCount();
        }

        begun.Write(utf8);
    }

    private void Take(ReadOnlyMemory<byte> line, bool isAnswer)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 1024 });
            Take(document.RootElement, isAnswer);
        }
        catch (JsonException)
        {
            // No message, so no request and no answer.
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
            // What is cancelled is not answered.
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
