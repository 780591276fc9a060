using System.Globalization;
using System.Net.Http.Headers;

namespace Ledger.Interop.CloudEvents;

/// <summary>Sends requests that are signed as Standard Webhooks to one address. Safe for concurrent use.</summary>
internal sealed class SignedRequests
{
    private readonly HttpClient _client;
    private readonly Uri _address;
    private readonly WebhookSignature _signature;
    private readonly TimeProvider _time;

    /// <exception cref="ArgumentException">The address is not one of http or https.</exception>
    public SignedRequests(HttpClient client, Uri address, WebhookSignature signature, TimeProvider? time)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(signature);
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"The address of a webhook must begin with http:// or https://, but was '{address}'.", nameof(address));
        }

        (_client, _address, _signature, _time) = (client, address, signature, time ?? TimeProvider.System);
    }

    /// <summary>The clock.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <exception cref="HttpRequestException">It was not accepted with a status of 2xx; the message has the status.</exception>
    public async Task SendAsync(string id, byte[] body, MediaTypeHeaderValue mediaType, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = mediaType;
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", _signature.Sign(id, now, body));
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException(
                $"The webhook {_address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)} answered {(int)response.StatusCode} {response.StatusCode}.", null, response.StatusCode);
        }
    }
}
