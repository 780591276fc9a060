using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Exporting;
using Ledger.Interop.OpenTelemetry;
using Ledger.Interop.Reading;
using Ledger.Log;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ledger.Interop;

/// <summary>Sends the calls of runs to a collector as spans with the GenAI conventions, while the runs go on: OTLP over HTTP, in JSON.</summary>
/// <remarks>
/// <para><see cref="SendAsync"/> is the handler of a <see cref="Projections.Subscription"/>, whose daemon repeats it after a failure. A call of a tool is sent when it has returned or failed, one of a model that failed at once. An answer of a model is
/// sent at once if it says which tools it calls, or that it ended for another reason than a call; else with the next request or result, because the calls that it asks for may follow as events, and its
/// usage. The span around all of a run is sent when the run ends (<c>run.completed</c>, <c>run.failed</c>). Ids of spans follow from the events, so that one that is sent twice is the same.</para>
/// <para>What the collector refuses for good (a status of 4xx, but for 401, 403, 404, 408 and 429) or takes in part is not sent again: it is logged and counted in <see cref="RejectedSpans"/>.</para>
/// <para>Runs that came as spans are not sent. What a run has said so far is kept in memory: the last MiB of its messages, which its requests are sent with, and in all 64 MiB of at most 200 runs that
/// had an event last; of others it is read from the log again. Not safe for concurrent use: a daemon calls it for one event after the other.</para>
/// <code>
/// var exporter = new TraceExporter(ledger, client, new Uri("http://collector:4318/v1/traces"));
/// var subscription = new Subscription("traces", exporter.SendAsync) { Filter = new EventFilter { Types = TraceExporter.EventTypes } };
/// </code>
/// </remarks>
public sealed partial class TraceExporter
{
    private const int MostRuns = 200;
    private const long MostBytes = 64 << 20;
    private const long MostBytesOfMessages = 1 << 20;
    private const int MostBytesOfAnswer = 64 << 10;

    private readonly AgentLedger _ledger;
    private readonly HttpClient _client;
    private readonly Uri _endpoint;
    private readonly ILogger _logger;
    private readonly LinkedList<OpenRun> _latest = [];
    private readonly Dictionary<StreamName, LinkedListNode<OpenRun>> _open = [];

    /// <summary>Sends to a collector.</summary>
    /// <param name="ledger">The log.</param>
    /// <param name="client">Sends the requests; its time-out counts.</param>
    /// <param name="endpoint">Where to: http or https, with the path, such as <c>http://collector:4318/v1/traces</c>.</param>
    /// <param name="logger">Is told of spans that are not taken; null for none.</param>
    /// <exception cref="ArgumentException">The address is not one of http or https.</exception>
    public TraceExporter(AgentLedger ledger, HttpClient client, Uri endpoint, ILogger<TraceExporter>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(endpoint);
        if (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"The address of a collector must begin with http:// or https://, but was '{endpoint}'.", nameof(endpoint));
        }

        (_ledger, _client, _endpoint, _logger) = (ledger, client, endpoint, logger ?? (ILogger)NullLogger.Instance);
    }

    /// <summary>The types of the events that it takes; others do nothing.</summary>
    public static IReadOnlyList<string> EventTypes { get; } =
        ["llm.request", "llm.response", "tool.called", "tool.returned", "call.failed", Conversations.Conversation.Usage, "run.completed", "run.failed"];

    /// <summary>How many spans the collector did not take and will not get again, from 0.</summary>
    public long RejectedSpans { get; private set; }

    /// <summary>Takes the next event of the log, and sends the spans that it completes.</summary>
    /// <exception cref="HttpRequestException">The collector could not be reached, or answered with a status that may change; the message has the status.</exception>
    public async Task SendAsync(RecordedEvent recorded, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        if (!EventTypes.Contains(recorded.Type) || RecordingFormat.IsOfSpans(recorded.Metadata.Source) || await FindAsync(recorded, cancellationToken).ConfigureAwait(false) is not { } run)
        {
            return;
        }

        var spans = new JsonArray([.. run.Take(recorded)]);
        if (spans.Count > 0)
        {
            try
            {
                await PostAsync(spans, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                // The event comes again, and the run is read again up to it.
                Forget(run);
                throw;
            }
        }

        if (run.HasEnded)
        {
            Forget(run);
        }
    }

    private async Task PostAsync(JsonArray spans, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(OtlpExport.Request([SpanForm.Resource(TurnSpans.Resource, spans)]));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = content };
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (IsFinal(response.StatusCode))
        {
            Reject(spans.Count, $"{(int)response.StatusCode} {response.StatusCode}");
        }
        else if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"The collector {Address} answered {(int)response.StatusCode} {response.StatusCode}.", null, response.StatusCode);
        }
        else if (await FindPartialAsync(response, cancellationToken).ConfigureAwait(false) is var (rejected, message))
        {
            Reject(rejected, message);
        }
    }

    private string Address => _endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    // The others of 4xx are about the address, the credentials or the time, which change.
    private static bool IsFinal(HttpStatusCode status) => (int)status is >= 400 and < 500
        and not ((int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.Forbidden or (int)HttpStatusCode.NotFound or (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests);

    private void Reject(long spans, string reason)
    {
        RejectedSpans += spans;
        LogRejected(_logger, spans, Address, reason);
    }

    // The partialSuccess of an ExportTraceServiceResponse, if spans were rejected.
    private static async Task<(long Rejected, string Message)?> FindPartialAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = body.ConfigureAwait(false);
        var buffer = new byte[MostBytesOfAnswer];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        try
        {
            using var answer = JsonDocument.Parse(buffer.AsMemory(0, length));
            var partial = answer.RootElement.Member("partialSuccess");
            var rejected = SpanEvents.NanosecondsOf(partial.Member("rejectedSpans"));
            return rejected == 0 ? null : ((long)Math.Min(rejected, int.MaxValue), partial.Text("errorMessage") ?? "");
        }
        catch (JsonException)
        {
            // Empty, or not JSON: taken.
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Spans} spans are not taken, and are not sent again: the collector {Address} answered '{Reason}'")]
    private static partial void LogRejected(ILogger logger, long spans, string address, string reason);

    private async Task<OpenRun?> FindAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        if (_open.TryGetValue(recorded.Stream, out var known) && known.Value.Last < recorded.Version)
        {
            _latest.Remove(known);
            _latest.AddFirst(known);
            return known.Value;
        }

        if (known is not null)
        {
            Forget(known.Value);
        }

        if (await _ledger.FindAsync(recorded.Stream, cancellationToken).ConfigureAwait(false) is not { } run)
        {
            return null;
        }

        var read = new OpenRun(run);
        await foreach (var before in run.ReadAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (before.Stream == recorded.Stream && before.Version >= recorded.Version)
            {
                break;
            }

            if (EventTypes.Contains(before.Type) && !RecordingFormat.IsOfSpans(before.Metadata.Source))
            {
                read.Take(before);
            }
        }

        _open[recorded.Stream] = _latest.AddFirst(read);
        while (_latest.Count > MostRuns || (_latest.Count > 1 && _latest.Sum(open => open.Bytes) > MostBytes))
        {
            Forget(_latest.Last!.Value);
        }

        return read;
    }

    private void Forget(OpenRun run)
    {
        if (_open.Remove(run.Stream, out var node))
        {
            _latest.Remove(node);
        }
    }

    /// <summary>A run that goes on, and what it has said so far.</summary>
    private sealed class OpenRun(Run run)
    {
        // Reasons after which calls follow, as providers spell them.
        private static readonly string[] OfCalls = ["tool_calls", "tool_call", "tool_use", "function_call"];

        private readonly RunTurns _turns = new();
        private readonly TurnSpans _spans = new(run, new ExportReport(), MostBytesOfMessages);

        public StreamName Stream => run.StreamName;

        /// <summary>About how many bytes are kept of it.</summary>
        public long Bytes => _spans.Bytes;

        /// <summary>The version of the last event of its own stream.</summary>
        public StreamVersion Last { get; private set; }

        public bool HasEnded { get; private set; }

        /// <summary>The spans that the next event completes.</summary>
        public List<JsonObject> Take(RecordedEvent recorded)
        {
            Last = recorded.Stream == Stream ? recorded.Version : Last;
            HasEnded = recorded.Type is "run.completed" or "run.failed" && recorded.Stream == Stream;
            if (HasEnded)
            {
                return [.. _turns.End().SelectMany(_spans.Add), .. _spans.End()];
            }

            List<JsonObject> spans = [.. _turns.Of(recorded).SelectMany(_spans.Add)];
            return recorded.Type == "llm.response" && IsWhole(recorded) ? [.. spans, .. _spans.Flush()] : spans;
        }

        private static bool IsWhole(RecordedEvent answer)
        {
            var data = answer.ToJsonElement();
            return data.Member("tool_calls").ValueKind != JsonValueKind.Undefined || data.Member("messages").ValueKind == JsonValueKind.Array || (data.Text("finish_reason") is { } reason && !OfCalls.Contains(reason));
        }
    }
}
