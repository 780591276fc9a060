using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
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
        var port = LoopbackPort.Free();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/v1/sessions/"), Timeout = TimeSpan.FromMinutes(5) };
        using var stop = new CancellationTokenSource();
        using var answered = new SemaphoreSlim(0);
        var served = new ServerSignal();
        var writers = Enumerable.Range(0, SessionWriters).Select(n => WriteSessionAsync(client, $"chaos/s-{n}", n, answered, served, stop.Token)).ToArray();
        var failed = Task.WhenAny(writers).Unwrap();

        var random = new Random(1);
        for (var kills = 0; kills < SessionKills; kills++)
        {
            await using var server = await ServeAsync(port, served);
            for (var left = random.Next(1, 5 * SessionWriters); left > 0; left--)
            {
                await await Task.WhenAny(answered.WaitAsync(), failed);
            }
        }

        await using var last = await ServeAsync(port, served);
        await stop.CancelAsync();
        var written = await Task.WhenAll(writers);
        for (var n = 0; n < SessionWriters; n++)
        {
            (await IdsAsync(client, $"chaos/s-{n}")).ShouldBe(Enumerable.Range(0, written[n]).Select(i => $"{n}-{i}"));
        }
    }

    /// <summary>Writes entries until it is stopped, each request with entries of the one before; returns how many there must be.</summary>
    private static async Task<int> WriteSessionAsync(HttpClient client, string session, int writer, SemaphoreSlim answered, ServerSignal served, CancellationToken stop)
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
                var up = await served.WaitAsync();
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
                    served.Lost(up);
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

    /// <summary>A server that listens.</summary>
    private async Task<SessionServer> ServeAsync(int port, ServerSignal served)
    {
        var server = new SessionServer(Start("serve", "--port", $"{port}", "--allow-writing"));
        await server.ListensAsync();
        served.Started();
        return server;
    }

    /// <summary>Lets writers that have lost a server wait for the next one. Safe for concurrent use.</summary>
    private sealed class ServerSignal
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource<int> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _servers;

        /// <summary>The number of the server that listens, once one does that was not lost.</summary>
        public Task<int> WaitAsync()
        {
            lock (_gate)
            {
                return _next.Task;
            }
        }

        public void Started()
        {
            lock (_gate)
            {
                if (_next.Task.IsCompleted)
                {
                    _next = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                _next.SetResult(++_servers);
            }
        }

        /// <summary>A server did not answer. One that came after it stays.</summary>
        public void Lost(int server)
        {
            lock (_gate)
            {
                if (_next.Task.IsCompleted && server == _servers)
                {
                    _next = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }
    }

    /// <summary>A server that is killed at the end, even of a test that failed.</summary>
    private sealed class SessionServer(Process process) : IAsyncDisposable
    {
        // What is not read fills the pipe, and the server waits.
        private readonly Task<string> _error = process.StandardError.ReadToEndAsync();
        private Task<string> _rest = Task.FromResult("");

        /// <summary>Waits for the line that says how to stop it, which it prints when it listens.</summary>
        public async Task ListensAsync()
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line.Contains("Ctrl-C", StringComparison.Ordinal))
                {
                    _rest = process.StandardOutput.ReadToEndAsync();
                    return;
                }
            }

            throw new InvalidOperationException($"The server has ended: {await _error}");
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            await Task.WhenAll(_rest, _error);
            process.Dispose();
        }
    }
}
