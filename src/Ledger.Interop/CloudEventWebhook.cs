using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Ledger.Interop.CloudEvents;

namespace Ledger.Interop;

/// <summary>Sends events to a webhook as CloudEvents in structured mode, signed as Standard Webhooks.</summary>
/// <remarks>
/// <para>Safe for concurrent use. <see cref="SendAsync(RecordedEvent, CancellationToken)"/> is the handler of a <see cref="Projections.Subscription"/>, whose daemon repeats it after a failure and keeps an event that
/// cannot be delivered as a dead letter. The header <c>webhook-id</c> is the event's id in each attempt, so a receiver can tell a repeated one.</para>
/// <para>Redirects are not followed if the client's handler does not follow them; the time-out is that of the client.</para>
/// <code>
/// var webhook = new CloudEventWebhook(client, new Uri("https://example.org/hook"), new WebhookSignature(secret));
/// var subscription = new Subscription("hook", webhook.SendAsync);
/// </code>
/// </remarks>
public sealed class CloudEventWebhook
{
    private readonly HttpClient _client;
    private readonly Uri _address;
    private readonly WebhookSignature _signature;
    private readonly string _source;
    private readonly TimeProvider _time;

    /// <summary>Sends to an address.</summary>
    /// <param name="client">Sends the requests.</param>
    /// <param name="address">Where to: http or https.</param>
    /// <param name="signature">Signs them.</param>
    /// <param name="source">What names the log: a URI reference. Default: <see cref="CloudEvent.DefaultSource"/>.</param>
    /// <param name="time">The clock; null for that of the system.</param>
    /// <exception cref="ArgumentException">The address is not one of http or https, or the source is not a URI reference.</exception>
    public CloudEventWebhook(HttpClient client, Uri address, WebhookSignature signature, string source = CloudEvent.DefaultSource, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(signature);
        CloudEventForm.CheckSource(source);
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"The address of a webhook must begin with http:// or https://, but was '{address}'.", nameof(address));
        }

        (_client, _address, _signature, _source, _time) = (client, address, signature, source, time ?? TimeProvider.System);
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

    private async Task SendAsync(string id, byte[] body, string mediaType, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType, "utf-8");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", _signature.Sign(id, now, body));
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException(
                $"The webhook {_address.GetLeftPart(UriPartial.Path)} answered {(int)response.StatusCode} {Reason(response.StatusCode)}.", null, response.StatusCode);
        }
    }

    private static string Reason(HttpStatusCode status) => status.ToString();
}
