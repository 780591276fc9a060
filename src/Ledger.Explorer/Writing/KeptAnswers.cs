using Ledger.Explorer.Failures;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ledger.Explorer.Writing;

/// <summary>The answers of requests with a key: one that is sent again, even while the first is still being answered, gets the same answer.</summary>
/// <remarks>
/// Kept for 24 hours in this process, 10,000 and 64 MiB at most: the oldest make room. Refusals are not kept, so the request may be tried again. Another server, or this one after a
/// restart, does not know the answer; there the ids derived from the key prevent that anything is created twice. Safe for concurrent use.
/// </remarks>
internal sealed class KeptAnswers(TimeProvider timeProvider)
{
    private const int MostKept = 10_000;
    private const int MostBytes = 256 * 1024;
    private const long MostBytesInAll = 64 * 1024 * 1024;

    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _known = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byAge = [];
    private long _bytes;

    /// <summary>Answers a request, or sends the answer that it got before.</summary>
    /// <exception cref="KeyReusedException">The key belongs to a request with another body.</exception>
    public async Task AnswerAsync(ExplorerRequest request, RequestKey key, Func<Task> answer)
    {
        while (true)
        {
            var (entry, isFirst) = Enter(key);
            if (isFirst)
            {
                await AnswerAsync(request.Http, entry, answer).ConfigureAwait(false);
                return;
            }

            if (entry.Content != key.Content)
            {
                throw new KeyReusedException();
            }

            if (await entry.Answer.WaitAsync(request.Aborted).ConfigureAwait(false) is { } kept)
            {
                await SendAsync(request.Http, kept).ConfigureAwait(false);
                return;
            }
        }
    }

    private (Entry Entry, bool IsFirst) Enter(RequestKey key)
    {
        lock (_gate)
        {
            MakeRoom();
            if (_known.TryGetValue(key.Text, out var known))
            {
                return (known, false);
            }

            var entry = new Entry(key.Text, key.Content, timeProvider.GetUtcNow());
            _known.Add(key.Text, entry);
            _byAge.AddLast(entry.Node);
            return (entry, true);
        }
    }

    // An answer that is under way stays: without it the request, sent again, would be answered a second time.
    private void MakeRoom()
    {
        var oldest = timeProvider.GetUtcNow() - Kept;
        var node = _byAge.First;
        while (node is not null && (node.Value.Since < oldest || _byAge.Count >= MostKept || _bytes > MostBytesInAll))
        {
            var next = node.Next;
            if (node.Value.Answer.IsCompleted)
            {
                Remove(node.Value);
            }

            node = next;
        }
    }

    private void Remove(Entry entry)
    {
        _byAge.Remove(entry.Node);
        _known.Remove(entry.Key);
        _bytes -= entry.Bytes;
    }

    private async Task AnswerAsync(HttpContext http, Entry entry, Func<Task> answer)
    {
        Answer? kept = null;
        try
        {
            var body = new MemoryStream();
            var sent = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
            var buffer = new StreamResponseBodyFeature(body);
            http.Features.Set<IHttpResponseBodyFeature>(buffer);
            try
            {
                await answer().ConfigureAwait(false);
                await buffer.CompleteAsync().ConfigureAwait(false);
            }
            finally
            {
                http.Features.Set(sent);
            }

            var whole = new Answer(http.Response.StatusCode, http.Response.ContentType, http.Response.Headers.Location, body.ToArray());
            kept = whole.Body.Length <= MostBytes && whole.Status < 400 ? whole : null;
            await http.Response.Body.WriteAsync(whole.Body, http.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (kept is null)
                {
                    Remove(entry);
                }
                else
                {
                    entry.Bytes = kept.Body.Length + (sizeof(char) * (long)entry.Key.Length);
                    _bytes += entry.Bytes;
                }

                entry.Finish(kept);
                MakeRoom();
            }
        }
    }

    private static async Task SendAsync(HttpContext http, Answer kept)
    {
        http.Response.StatusCode = kept.Status;
        http.Response.ContentType = kept.ContentType;
        http.Response.Headers.Location = kept.Location;
        http.Response.Headers["Idempotent-Replayed"] = "true";
        await http.Response.Body.WriteAsync(kept.Body, http.RequestAborted).ConfigureAwait(false);
    }

    private sealed record Answer(int Status, string? ContentType, string? Location, byte[] Body);

    private sealed class Entry
    {
        private readonly TaskCompletionSource<Answer?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Entry(string key, string? content, DateTimeOffset since)
        {
            (Key, Content, Since) = (key, content, since);
            Node = new LinkedListNode<Entry>(this);
        }

        /// <summary>Its place by age.</summary>
        public LinkedListNode<Entry> Node { get; }

        /// <summary>What it takes when it is finished.</summary>
        public long Bytes { get; set; }

        public string Key { get; }

        public string? Content { get; }

        public DateTimeOffset Since { get; }

        public Task<Answer?> Answer => _answer.Task;

        public void Finish(Answer? answer) => _answer.TrySetResult(answer);
    }
}
