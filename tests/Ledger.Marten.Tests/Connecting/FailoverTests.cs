using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Postgres.Tests.Connecting;
using Marten;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Connecting;

/// <summary>A real standby takes over from a primary that is killed: Marten's engine under its writers, <c>ledger serve</c> with a followed run, and <c>ledger mcp</c> go on.</summary>
public sealed partial class FailoverTests
{
    private const int Writers = 4;
    private const int Before = 10;
    private const string Append = """{"name":"run_append","arguments":{"run":"mcp","type":"note","data":{}}}""";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Failover_SynchronousReplication_MartenServeAndMcpGoOn_AndNothingAcknowledgedIsLost()
    {
        await using var pair = await ReplicatedPair.StartAsync(isSynchronous: true);
        await using var pool = PostgresDataSources.Create(pair.ConnectionString);
        using var documents = DocumentStore.For(options =>
        {
            options.Connection(PostgresDataSources.ForWriting(pool));
            options.UseLedger(ledger => ledger with { RetryFor = Patience });
        });
        await using var store = new MartenEventStore(documents);
        using var over = new CancellationTokenSource(Patience);
        await store.AppendAsync(StreamName.Run("w0"), ExpectedVersion.NoStream, [new KitLoaded("first")], over.Token);
        using var serve = Start(pair.ConnectionString, "serve", "--port", "0", "--without-search-index");
        using var mcp = Start(pair.ConnectionString, "mcp");
        using var client = new HttpClient { BaseAddress = new Uri(await AddressAsync(serve, over.Token)), Timeout = Patience };
        using var live = await FollowAsync(client, "/api/v1/streams/run:w0/events?from=0", over.Token);
        await BeginAsync(mcp, over.Token);
        await CallAsync(mcp, 1, Append, over.Token);

        var acknowledged = (await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(store, writer, Before, over.Token)))).SelectMany(ids => ids).ToList();
        await pair.LosePrimaryAsync();
        var after = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(store, writer, Before, over.Token)));
        var (called, listed) = (CallTwiceAsync(mcp, over.Token), ListAsync(client, over.Token));
        await pair.PromoteAsync();
        acknowledged.AddRange((await after).SelectMany(ids => ids));

        var there = await store.ReadLogAsync(cancellationToken: over.Token).Select(e => e.Id).ToHashSetAsync(cancellationToken: over.Token);
        acknowledged.ShouldAllBe(id => there.Contains(id));
        await called;
        (await store.GetStreamAsync(StreamName.Run("mcp"), over.Token)).ShouldNotBeNull().Version.Value.ShouldBe(2);
        (await listed).ShouldContain("run:w0");
        await HasAsync(live, 1 + (2 * Before), over.Token);
    }

    /// <summary>Appends one event after the other to a stream, each acknowledged.</summary>
    private static async Task<List<Guid>> WriteAsync(MartenEventStore store, int writer, int count, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < count; i++)
        {
            var appended = new NewEvent(new KitLoaded("a"));
            await store.AppendAsync([new StreamAppend(StreamName.Run($"w{writer}"), ExpectedVersion.Any, [appended])], cancellationToken);
            ids.Add(appended.Id);
        }

        return ids;
    }

    private static KilledProcess Start(string connectionString, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Ledger.Cli.dll"), .. arguments, "--retry-for", "120"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["LEDGER_POSTGRES"] = connectionString;
        return new KilledProcess { StartInfo = start }.Started();
    }

    private static async Task<string> AddressAsync(Process serve, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await serve.StandardOutput.ReadLineAsync(cancellationToken);
            if (Address().Match(line.ShouldNotBeNull()) is { Success: true } found)
            {
                return found.Value;
            }
        }
    }

    private static async Task<StreamReader> FollowAsync(HttpClient client, string address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("text/event-stream");
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
    }

    /// <summary>Reads the live events until the run has that length.</summary>
    private static async Task HasAsync(StreamReader live, int length, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = (await live.ReadLineAsync(cancellationToken)).ShouldNotBeNull("The live events ended.");
            if (line == $"id: {length}")
            {
                return;
            }
        }
    }

    private static Task<string> ListAsync(HttpClient client, CancellationToken cancellationToken) =>
        client.GetStringAsync(new Uri("/api/v1/runs", UriKind.Relative), cancellationToken);

    private static async Task BeginAsync(Process mcp, CancellationToken cancellationToken)
    {
        await mcp.StandardInput.WriteLineAsync(
            """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""");
        (await mcp.StandardOutput.ReadLineAsync(cancellationToken)).ShouldNotBeNull();
        await mcp.StandardInput.WriteLineAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
    }

    // The first finds the connection that was lost.
    private static async Task CallTwiceAsync(Process mcp, CancellationToken cancellationToken)
    {
        await CallAsync(mcp, 2, """{"name":"run_list","arguments":{}}""", cancellationToken);
        await CallAsync(mcp, 3, Append, cancellationToken);
    }

    /// <summary>Calls a tool, which does not fail.</summary>
    private static async Task CallAsync(Process mcp, int id, string call, CancellationToken cancellationToken)
    {
        await mcp.StandardInput.WriteLineAsync(
            $$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"tools/call","params":{{{call}}} }""");
        await mcp.StandardInput.FlushAsync(cancellationToken);
        using var answer = JsonDocument.Parse((await mcp.StandardOutput.ReadLineAsync(cancellationToken)).ShouldNotBeNull());
        answer.RootElement.GetProperty("id").GetInt32().ShouldBe(id);
        answer.RootElement.TryGetProperty("result", out var result).ShouldBeTrue(answer.RootElement.GetRawText());
        (result.TryGetProperty("isError", out var isError) && isError.GetBoolean()).ShouldBeFalse(result.GetRawText());
    }

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Address();

    private sealed class KilledProcess : Process
    {
        public KilledProcess Started()
        {
            Start();
            return this;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !HasExited)
            {
                Kill();
                WaitForExit();
            }

            base.Dispose(disposing);
        }
    }
}
