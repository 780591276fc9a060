using System.Diagnostics;
using Ledger.Benchmarks.Measuring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Ledger.Benchmarks.Explorers;

/// <summary>The explorer as <c>ledger serve</c> runs it, on a port of this machine, and a client of it.</summary>
internal sealed class ExplorerServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly HttpClient _client;

    private ExplorerServer(WebApplication application)
    {
        _application = application;
        _client = new HttpClient { BaseAddress = Address };
    }

    public Uri Address => new(_application.Urls.First());

    public static async Task<ExplorerServer> StartAsync(AgentLedger ledger, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(ledger);
        var application = builder.Build();
        application.UseRouting();
        application.MapLedgerExplorer("/");
        await application.StartAsync(cancellationToken);
        return new ExplorerServer(application);
    }

    /// <summary>Asks for addresses one after the other, the first ones to warm up, and measures the others.</summary>
    public static async Task<Measurement> MeasureAsync(
        AgentLedger ledger, IReadOnlyList<string> paths, int warmUp, CancellationToken cancellationToken)
    {
        await using var server = await StartAsync(ledger, cancellationToken);
        var latencies = new Latencies();
        var largest = 0;
        for (var i = 0; i < paths.Count; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var size = (await server.ReadAsync(paths[i], cancellationToken)).Length;
            if (i >= warmUp)
            {
                latencies.Add(Stopwatch.GetTimestamp() - started);
                largest = Math.Max(largest, size);
            }
        }

        return new Measurement
        {
            [Figure.Middle] = latencies.Milliseconds(0.50),
            [Figure.Tail] = latencies.Milliseconds(0.99),
            [Figure.AnswerSize] = largest / 1_024.0,
        };
    }

    /// <summary>The bytes of an answer; for a page of a world, of what changes by scrubbing.</summary>
    public async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (path.StartsWith("/world", StringComparison.Ordinal))
        {
            request.Headers.Add("X-Ledger-Fragment", "1");
        }

        using var answer = await _client.SendAsync(request, cancellationToken);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }
}
