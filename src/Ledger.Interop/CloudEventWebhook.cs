using System.Net.Http.Headers;
using Ledger.Interop.CloudEvents;

namespace Ledger.Interop;

/// <summary>Sends events to a webhook as CloudEvents in structured mode, signed as Standard Webhooks.</summary>
/// <remarks>
/// <para>Safe for concurrent use. <see cref="SendAsync(RecordedEvent, CancellationToken)"/> is the handler of a <see cref="Projections.Subscription"/>, and <see cref="SendBatchAsync"/> that of one with batches:
/// the daemon repeats it after a failure, as often as <see cref="Projections.Subscription.Retries"/> says, and then keeps the event as a dead letter if
/// <see cref="Projections.Subscription.KeepsDeadLetters"/> is true. The header <c>webhook-id</c> is the event's id in each attempt, so a receiver can tell a repeated one.</para>
/// <para>Redirects are not followed if the client's handler does not follow them; the time-out is that of the client.</para>
/// <code>
/// var webhook = new CloudEventWebhook(client, new Uri("https://example.org/hook"), new WebhookSignature(secret));
/// var subscription = new Subscription("hook", webhook.SendAsync) { Retries = 20, KeepsDeadLetters = true };
/// </code>
/// </remarks>
public sealed class CloudEventWebhook
{
    private readonly SignedRequests _requests;
    private readonly string _source;

    /// <summary>Sends to an address.</summary>
    /// <param name="client">Sends the requests.</param>
    /// <param name="address">Where to: http or https.</param>
    /// <param name="signature">Signs them.</param>
    /// <param name="source">What names the log: a URI reference. Default: <see cref="CloudEvent.DefaultSource"/>.</param>
    /// <param name="time">The clock; null for that of the system.</param>
    /// <exception cref="ArgumentException">The address is not one of http or https, or the source is not a URI reference.</exception>
    public CloudEventWebhook(HttpClient client, Uri address, WebhookSignature signature, string source = CloudEvent.DefaultSource, TimeProvider? time = null)
    {
        CloudEventForm.CheckSource(source);
        (_requests, _source) = (new SignedRequests(client, address, signature, time), source);
    }

    /// <summary>Sends an event.</summary>
    /// <exception cref="HttpRequestException">It was not accepted with a status of 2xx; the message has the status.</exception>
    public Task SendAsync(RecordedEvent recorded, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        return SendAsync(recorded.Id.ToString(), CloudEvent.Write(recorded, _source), CloudEvent.MediaType, cancellationToken);
    }

    /// <summary>Sends several events in one request; its <c>webhook-id</c> is the id of the last one.</summary>
    /// <exception cref="HttpRequestException">They were not accepted with a status of 2xx; the message has the status.</exception>
    public Task SendBatchAsync(IReadOnlyList<RecordedEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        return events.Count == 0
            ? Task.CompletedTask
            : SendAsync(events[^1].Id.ToString(), CloudEvent.WriteBatch(events, _source), CloudEvent.BatchMediaType, cancellationToken);
    }

    private Task SendAsync(string id, byte[] body, string mediaType, CancellationToken cancellationToken) =>
        _requests.SendAsync(id, body, new MediaTypeHeaderValue(mediaType, "utf-8"), cancellationToken);
}
