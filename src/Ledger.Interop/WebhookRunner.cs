using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Ledger.Interop.CloudEvents;
using Ledger.Runs;

namespace Ledger.Interop;

/// <summary>Asks an application to run a run or branch on by a webhook, signed as Standard Webhooks.</summary>
/// <remarks>
/// <para>The body has the form that Standard Webhooks recommends: <c>type</c>, which is <see cref="EventType"/>, <c>timestamp</c>, and <c>data</c> with <c>stream</c>,
/// <c>length</c>, and, of a branch, <c>parent</c>, <c>fork_position</c>, <c>event_id</c>, <c>event_type</c>, <c>position</c> and <c>replaces</c> of the changed event; <c>actor</c> where
/// the user is known. The header <c>webhook-id</c> is <see cref="RunContinuation.Id"/>, so a receiver can tell a repeated request. It answers 2xx at once (202, say), and runs the
/// agent afterwards.</para>
/// <para>Safe for concurrent use. Redirects are not followed if the client's handler does not follow them; the time-out is that of the client.</para>
/// <code>
/// services.AddSingleton&lt;IRunRunner&gt;(new WebhookRunner(client, new Uri("https://example.org/run"), new WebhookSignature(secret)));
/// </code>
/// </remarks>
public sealed class WebhookRunner : IRunRunner
{
    /// <summary>The <c>type</c> of its requests.</summary>
    public const string EventType = "run.continue";

    private readonly SignedRequests _requests;

    /// <summary>Sends to an address.</summary>
    /// <param name="client">Sends the requests.</param>
    /// <param name="address">Where to: http or https.</param>
    /// <param name="signature">Signs them.</param>
    /// <param name="time">The clock; null for that of the system.</param>
    /// <exception cref="ArgumentException">The address is not one of http or https.</exception>
    public WebhookRunner(HttpClient client, Uri address, WebhookSignature signature, TimeProvider? time = null) =>
        _requests = new SignedRequests(client, address, signature, time);

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">It was not accepted with a status of 2xx; the message has the status.</exception>
    public Task RunOnAsync(RunContinuation continuation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        return _requests.SendAsync(
            continuation.Id.ToString(), BodyOf(continuation, _requests.Now), new MediaTypeHeaderValue("application/json", "utf-8"), cancellationToken);
    }

    private static byte[] BodyOf(RunContinuation continuation, DateTimeOffset now)
    {
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory))
        {
            writer.WriteStartObject();
            writer.WriteString("type", EventType);
            writer.WriteString("timestamp", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            writer.WriteStartObject("data");
            writer.WriteString("stream", continuation.Stream.Value);
            writer.WriteNumber("length", continuation.Length.Value);
            if (continuation.Parent is { } parent)
            {
                writer.WriteString("parent", parent.Value);
            }

            if (continuation.ForkPosition is { } fork)
            {
                writer.WriteNumber("fork_position", fork.Value);
            }

            if (continuation.Change is { } change)
            {
                writer.WriteString("event_id", change.EventId);
                writer.WriteString("event_type", change.Type);
                writer.WriteNumber("position", change.Position.Value);
                writer.WriteString("replaces", change.Replaces);
            }

            if (continuation.Actor is { } actor)
            {
                writer.WriteString("actor", actor);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return memory.ToArray();
    }
}
