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

    private static readonly TimeSpan SessionChaos = Scale.IsSoak ? TimeSpan.FromMinutes(2) : TimeSpan.FromSeconds(8);

    /// <summary>Clients that send entries again until they are answered, and a server that is killed: every entry is there once, in order.</summary>
    [Fact]
    public async Task Serve_KilledWhileSessionsAreWritten_HasEveryEntryOnceAndInOrder()
    {
        var port = FreePort();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/v1/sessions/"), Timeout = TimeSpan.FromSeconds(30) };
        using var stop = new CancellationTokenSource(SessionChaos);
        var writers = Enumerable.Range(0, SessionWriters).Select(n => WriteSessionAsync(client, $"chaos/s-{n}", n, stop.Token)).ToArray();

        var kills = 0;
        var random = new Random(1);
        while (!stop.IsCancellationRequested)
        {
            using var server = Start("serve", "--port", $"{port}", "--allow-writing");
            var said = server.StandardOutput.ReadToEndAsync();
            await AnsweringAsync(client);
            await Task.Delay(random.Next(500, 2_000));
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
            await said;
            kills++;
        }

        using var last = Start("serve", "--port", $"{port}", "--allow-writing");
        var output = last.StandardOutput.ReadToEndAsync();
        var written = await Task.WhenAll(writers);
        await AnsweringAsync(client);
        kills.ShouldBeGreaterThan(1);
        written.Sum().ShouldBeGreaterThan(SessionWriters * 3);
        for (var n = 0; n < SessionWriters; n++)
        {
            (await IdsAsync(client, $"chaos/s-{n}")).ShouldBe(Enumerable.Range(0, written[n]).Select(i => $"{n}-{i}"));
        }

        last.Kill(entireProcessTree: true);
        await output;
    }

    /// <summary>Writes entries until it is stopped, each request with entries of the one before; returns how many there must be.</summary>
    private static async Task<int> WriteSessionAsync(HttpClient client, string session, int writer, CancellationToken stop)
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

    private static async Task AnsweringAsync(HttpClient client)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync("chaos");
                return;
            }
            catch (HttpRequestException) when (clock.Elapsed < TimeSpan.FromMinutes(1))
            {
                await Task.Delay(50);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
