using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Conformance;
using Ledger.Interop;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Explorer;

/// <summary><c>ledger serve</c>: where it listens, whom it answers, how it ends.</summary>
public sealed partial class ServeTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Serve_UntilItIsStopped_AnswersOnLoopbackAlone()
    {
        await database.StartAsync("served", 2);
        using var output = new WatchedStream();
        using var stop = new CancellationTokenSource();
        var serving = (database.Cli with { Output = output, ConnectionString = database.SeveralHosts }).RunAsync(["serve", "--port", "0", "--without-search-index"], stop.Token);
        var said = await output.TextAsync("Ctrl-C");
        said.ShouldNotContain("Search");
        var address = new Uri(Address().Match(said).Value);
        said.ShouldContain("Writing : off; --allow-writing turns it on\nSQL : off; --allow-queries turns it on\n");

        using var client = new HttpClient { BaseAddress = address };
        address.Host.ShouldBe("127.0.0.1");
        (await client.GetStringAsync("/run?stream=run:served")).ShouldContain("object.created");
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "evil.example" } };
        (await client.SendAsync(foreign)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var probe = new HttpRequestMessage(HttpMethod.Get, "/health/ready") { Headers = { Host = "ledger-pod.example" } };
        using var ready = await client.SendAsync(probe);
        (ready.StatusCode, await ready.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.OK, "Healthy"));
        (await client.PostAsync("/fork", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await client.GetAsync("/run?stream=run:%00")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        await stop.CancelAsync();
        (await serving).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Serve_KeepsTheIndexOfTheSearch()
    {
        await database.StartAsync("indexed", 2);
        await using var progress = new NpgsqlConnection(database.ConnectionString);
        await progress.OpenAsync();
        await ExecuteAsync(progress, """
            create function indexed() returns trigger language plpgsql as $$ begin perform pg_notify('indexed', ''); return null; end $$;
            create trigger tr_indexed after insert or update on ledger.mt_event_progression for each statement execute function indexed();
            listen indexed;
            """);
        using var output = new WatchedStream();
        using var stop = new CancellationTokenSource();
        var serving = (database.Cli with { Output = output }).RunAsync(["serve", "--port", "0", "--allow-queries"], stop.Token);
        var said = await output.TextAsync("Ctrl-C");
        said.ShouldContain("its index is written meanwhile, where the role may; --without-search-index turns that off");
        said.ShouldContain("SQL : questions are answered, read-only\n");
        using var client = new HttpClient { BaseAddress = new Uri(Address().Match(said).Value) };

        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!(await client.GetStringAsync("/api/v1/search?type=object.created", late.Token)).Contains("\"unindexed\":0", StringComparison.Ordinal))
        {
            await progress.WaitAsync(late.Token);
        }

        (await client.GetStringAsync("/api/v1/search?type=object.created&text=nowhere")).ShouldStartWith("{\"events\":[]");
        (await client.GetStringAsync("/api/v1/projections")).ShouldContain("ledger:search");
        await stop.CancelAsync();
        (await serving).ExitCode.ShouldBe(0);
        await ExecuteAsync(progress, "drop function indexed() cascade");
    }

    // The client asks before it sends the body, which is never sent.
    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-ndjson")]
    public async Task Serve_BodyOf260Megabytes_IsRefusedWithItsLimit(string type)
    {
        using var output = new WatchedStream();
        using var stop = new CancellationTokenSource();
        var serving = (database.Cli with { Output = output }).RunAsync(["serve", "--port", "0", "--allow-writing"], stop.Token);

        // The body is sent only if the server asks for it, however long the server takes.
        using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(5) };
        using var client = new HttpClient(handler) { BaseAddress = new Uri(Address().Match(await output.TextAsync("Ctrl-C")).Value) };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/streams/run:big/events") { Content = new HugeContent(260_000_000, type) };
        request.Headers.ExpectContinue = true;
        using var answer = await client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        problem.RootElement.GetProperty("detail").GetString().ShouldBe("Request body too large. The max request body size is 30000000 bytes.");
        await stop.CancelAsync();
        (await serving).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Serve_WithARunner_AsksItsWebhook_SignedWithTheSecret()
    {
        const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        await database.StartAsync("pilot", 2);
        using var listener = Listen(out var hook);
        using var output = new WatchedStream();
        using var stop = new CancellationTokenSource();
        var cli = database.Cli with { Output = output, Environment = new Dictionary<string, string> { ["LEDGER_RUNNER_SECRET"] = Secret } };
        var serving = cli.RunAsync(["serve", "--port", "0", "--allow-writing", "--runner", hook], stop.Token);
        var text = await output.TextAsync("Ctrl-C");
        text.ShouldContain(hook);

        using var client = new HttpClient { BaseAddress = new Uri(Address().Match(text).Value) };
        var answering = client.PostAsync("/api/v1/streams/run:pilot/continuations", new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
        var asked = await listener.GetContextAsync();
        using var body = new MemoryStream();
        await asked.Request.InputStream.CopyToAsync(body);
        string? Header(string name) => asked.Request.Headers[name];
        var isSigned = new WebhookSignature(Secret).IsValid(Header("webhook-id"), Header("webhook-timestamp"), Header("webhook-signature"), body.ToArray(), TimeProvider.System.GetUtcNow());
        asked.Response.StatusCode = 202;
        asked.Response.Close();

        isSigned.ShouldBeTrue();
        JsonElement.Parse(body.ToArray()).GetProperty("data").GetProperty("stream").GetString().ShouldBe("run:pilot");
        using var answer = await answering;
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await stop.CancelAsync();
        (await serving).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Serve_PortInUse_IsRefusedWithAWayOut()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        (await database.Cli.RunAsync("serve", "--port", $"{port}")).ShouldBeRefused(
            1, $"Failed to bind to address http://127.0.0.1:{port}: address already in use. Choose another port with --port.");
    }

    [Fact]
    public async Task Serve_AddressOfAnotherMachine_IsRefusedAndNotTakenForTheDatabase() =>
        (await database.Cli.RunAsync("serve", "--listen", "192.0.2.1", "--port", "5080")).ShouldBeRefused(
            1, "Cannot listen on 192.0.2.1:5080: Cannot assign requested address. Choose an address of this machine with --listen, and a port that you may open with --port.");

    [Theory]
    [InlineData("--port", "70000", "--port must be a whole number from 0 to 65535, but was '70000'.")]
    [InlineData("--runner", "http://localhost/run", "--runner needs --allow-writing: a run goes on in a new branch.")]
    [InlineData("--listen", "everywhere", "--listen must be an address such as 0.0.0.0, but was 'everywhere'.")]
    public async Task Serve_WrongAddress_IsAMistake(string option, string value, string message) =>
        (await database.Cli.RunAsync("serve", option, value)).ShouldBeRefused(2, message);

    // The listener takes no port of the system's choice, and another program may take one that was free a moment ago.
    private static HttpListener Listen(out string hook)
    {
        while (true)
        {
            hook = $"http://127.0.0.1:{LoopbackPort.Free()}/run/";
            var listener = new HttpListener { Prefixes = { hook } };
            try
            {
                listener.Start();
                return listener;
            }
            catch (HttpListenerException)
            {
                listener.Close();
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Zeros, if anything asks for them.</summary>
    private sealed class HugeContent : HttpContent
    {
        private readonly long _length;

        public HugeContent(long length, string type)
        {
            _length = length;
            Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var zeros = new byte[1_000_000];
            for (var written = 0L; written < _length; written += zeros.Length)
            {
                await stream.WriteAsync(zeros);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _length;
            return true;
        }
    }

    [GeneratedRegex("http://[^ \n]+")]
    private static partial Regex Address();
}
