using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Ledger.Interop.Exporting;
using Ledger.Log;

namespace Ledger.Interop;

/// <summary>Sends the calls of runs to a collector as spans with the GenAI conventions, while the runs go on: OTLP over HTTP, in JSON.</summary>
/// <remarks>
/// <para><see cref="SendAsync"/> is the handler of a <see cref="Projections.Subscription"/>, whose daemon repeats it after a failure. A call of a tool is sent when it has returned. An answer of a model is
/// sent at once if it says which tools it calls or why it ended, else with the next request or result, because the calls that it asks for may follow as events. The span around all of a run is sent
/// when the run ends (<c>run.completed</c>, <c>run.failed</c>). Ids of spans follow from the events, so that one that is sent twice is the same.</para>
/// <para>Runs that came as spans are not sent. What a run has said so far is kept in memory, of the 200 runs that had an event last; of others it is read from the log again. Not safe for concurrent
/// use: a daemon calls it for one event after the other.</para>
/// <code>
/// var exporter = new TraceExporter(ledger, client, new Uri("http://collector:4318/v1/traces"));
/// var subscription = new Subscription("traces", exporter.SendAsync) { Filter = new EventFilter { Types = TraceExporter.EventTypes } };
/// </code>
/// </remarks>
public sealed class TraceExporter
{
    private const int MostRuns = 200;

    private readonly AgentLedger _ledger;
    private readonly HttpClient _client;
    private readonly Uri _endpoint;
    private readonly LinkedList<OpenRun> _latest = [];
    private readonly Dictionary<StreamName, LinkedListNode<OpenRun>> _open = [];

    /// <summary>Sends to a collector.</summary>
    /// <param name="ledger">The log.</param>
    /// <param name="client">Sends the requests; its time-out counts.</param>
    /// <param name="endpoint">Where to: http or https, with the path, such as <c>http://collector:4318/v1/traces</c>.</param>
    /// <exception cref="ArgumentException">The address is not one of http or https.</exception>
    public TraceExporter(AgentLedger ledger, HttpClient client, Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(endpoint);
        if (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"The address of a collector must begin with http:// or https://, but was '{endpoint}'.", nameof(endpoint));
        }

        (_ledger, _client, _endpoint) = (ledger, client, endpoint);
    }

    /// <summary>The types of the events that it takes; others do nothing.</summary>
    public static IReadOnlyList<string> EventTypes { get; } =
        ["llm.request", "llm.response", "tool.called", "tool.returned", Conversations.Conversation.Usage, "run.completed", "run.failed"];

    /// <summary>Takes the next event of the log, and sends the spans that it completes.</summary>
    /// <exception cref="HttpRequestException">They were not accepted with a status of 2xx; the message has the status.</exception>
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
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException(
                $"The collector {_endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)} answered {(int)response.StatusCode} {response.StatusCode}.", null, response.StatusCode);
        }
    }

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
        if (_latest.Count > MostRuns)
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
        private readonly RunTurns _turns = new();
        private readonly TurnSpans _spans = new(run, new ExportReport());

        public StreamName Stream => run.StreamName;

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
                return [.. _spans.End()];
            }

            List<JsonObject> spans = [.. _turns.Of(recorded).SelectMany(_spans.Add)];
            return recorded.Type == "llm.response" && IsWhole(recorded) ? [.. spans, .. _spans.Flush()] : spans;
        }

        private static bool IsWhole(RecordedEvent answer)
        {
            var data = answer.ToJsonElement();
            return data.ValueKind == System.Text.Json.JsonValueKind.Object && (data.TryGetProperty("tool_calls", out _) || data.TryGetProperty("finish_reason", out _));
        }
    }
}
