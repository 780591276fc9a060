using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Ledger.Conformance;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests;

public sealed partial class ProcessTests
{
    private const int SessionWriters = 8;

    private static readonly int SessionKills = Scale.Of(3, 60);

    /// <summary>Clients that send entries again until they are answered, and a server that is killed: every entry is there once, in order.</summary>
    [Fact]
    public async Task Serve_KilledWhileSessionsAreWritten_HasEveryEntryOnceAndInOrder()
    {
        var port = FreePort();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/v1/sessions/"), Timeout = TimeSpan.FromMinutes(5) };
        using var stop = new CancellationTokenSource();
        using var answered = new SemaphoreSlim(0);
        var writers = Enumerable.Range(0, SessionWriters).Select(n => WriteSessionAsync(client, $"chaos/s-{n}", n, answered, stop.Token)).ToArray();
        var failed = Task.WhenAny(writers).Unwrap();

        var random = new Random(1);
        for (var kills = 0; kills < SessionKills; kills++)
        {
            await using var server = await ServeAsync(client, port);
            for (var left = random.Next(1, 5 * SessionWriters); left > 0; left--)
            {
                await await Task.WhenAny(answered.WaitAsync(), failed);
            }
        }

        await using var last = await ServeAsync(client, port);
        await stop.CancelAsync();
        var written = await Task.WhenAll(writers);
        for (var n = 0; n < SessionWriters; n++)
        {
            (await IdsAsync(client, $"chaos/s-{n}")).ShouldBe(Enumerable.Range(0, written[n]).Select(i => $"{n}-{i}"));
        }
    }

    /// <summary>Writes entries until it is stopped, each request with entries of the one before; returns how many there must be.</summary>
    private static async Task<int> WriteSessionAsync(HttpClient client, string session, int writer, SemaphoreSlim answered, CancellationToken stop)
    {
        var random = new Random(writer);
        var count = 0;
        while (!stop.IsCancellationRequested)
        {
            var from = Math.Max(0, count - random.Next(3));
            count += random.Next(1, 6);
            var entries = Enumerable.Range(from, count - from).Select(i => new { id = $"{writer}-{i}", entry = new { type = "message", n = i } });
            while (true)
            {
                try
                {
                    using var answer = await client.PostAsJsonAsync($"{session}/entries", new { entries }, CancellationToken.None);
                    answer.StatusCode.ShouldBeOneOf(HttpStatusCode.Created, HttpStatusCode.OK);
                    answered.Release();
                    break;
                }
                catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
                {
                    // The server is gone; whether the entries are written is not known.
                    await Task.Delay(50, CancellationToken.None);
                }
            }
        }

        return count;
    }

    private static async Task<IReadOnlyList<string?>> IdsAsync(HttpClient client, string session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{session}/entries") { Headers = { { "Accept", "application/x-ndjson" } } };
        using var answer = await client.SendAsync(request);
        return
        [
            .. (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonElement.Parse(line).GetProperty("id").GetString()),
        ];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A server that answers.</summary>
    private async Task<SessionServer> ServeAsync(HttpClient client, int port)
    {
        var server = new SessionServer(Start("serve", "--port", $"{port}", "--allow-writing"));
        await server.AnswersAsync(client);
        return server;
    }

    /// <summary>A server that is killed at the end, even of a test that failed.</summary>
    private sealed class SessionServer(Process process) : IAsyncDisposable
    {
        // What is not read fills the pipe, and the server waits.
        private readonly Task<string> _output = process.StandardOutput.ReadToEndAsync();
        private readonly Task<string> _error = process.StandardError.ReadToEndAsync();

        public async Task AnswersAsync(HttpClient client)
        {
            while (true)
            {
                try
                {
                    using var answer = await client.GetAsync("chaos");
                    return;
                }
                catch (HttpRequestException e)
                {
                    if (process.HasExited)
                    {
                        throw new InvalidOperationException($"The server has ended: {await _output}{await _error}", e);
                    }

                    await Task.Delay(50);
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            await Task.WhenAll(_output, _error);
            process.Dispose();
        }
    }
}
