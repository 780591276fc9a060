using System.Net;
using System.Text.Json;
using System.Text;
using Ledger.Conformance;
using Ledger.Explorer.Api;
using Ledger.Explorer.Tests.Api;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Postgres;
using Ledger.Records;
using Ledger.Tasks;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Hostile;

/// <summary>Every address, every parameter, every hostile value: a clear 4xx or an answer, and never a fault of the server.</summary>
public abstract class EveryRouteTests : IAsyncLifetime
{
    // What each parameter is when another one is under attack.
    private static readonly Dictionary<string, string> Good = new()
    {
        ["stream"] = "run:kettle",
        ["event"] = "3",
        ["project"] = "kettle",
        ["session"] = "s1",
        ["projection"] = "ledger:world",
        ["task"] = "boil",
        ["call"] = "c1",
        ["message"] = "m1",
        ["letter"] = "00000000-0000-0000-0000-000000000001",
        ["name"] = "explorer.css",
        ["rest"] = "x",
        ["a"] = "run:kettle",
        ["b"] = "branch:kettle-strict",
        ["target"] = "run:kettle",
        ["source"] = "branch:kettle-strict",
        ["onto"] = "branch:kettle-strict",
        ["id"] = "claim-1",
        ["position"] = "3",
        ["sql"] = "select 1",
        ["run"] = "run:kettle&run=branch:kettle-strict",
    };

    private static readonly string[] Values =
    [
        "%00", "a%00b", "%FF%FE", "%ED%A0%80", "%F0%9F", "%", "%zz", "%E2%80%AE", "%0A", "%0D%0Ax:%20y", "..", "../../etc/passwd", "..%2F..%2F..%2Fetc%2Fpasswd",
        "%2e%2e%2f%2e%2e", "%5c..%5c..", "'%20or%201=1--", "<script>alert(1)</script>", "\"><img%20src=x%20onerror=alert(2)>", "javascript:alert(3)", "-1", "0",
        "1.5", "1e309", "NaN", "2147483648", "9223372036854775807", "9223372036854775808", "99999999999999999999999", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.9999999Z", "2026-02-30", "run:", ":", "x", "branch:nobody", "run:nobody", "run:" + new string('a', 600), new string('b', 1_999),
        new string('c', 5_000), "{\"a\":\"\\u0000\"}", "{\"a\":\"\\ud800\"}", "{\"a\":1e400}", "[]", "{\"a\":", "null", "*", "last", "1:", ":1", "253402300800000:x",
        "-62135596800001:x", "00000000-0000-0000-0000-000000000000",
    ];

    // The parameters of pages; those of the API are in its list of routes.
    private static readonly Dictionary<string, string[]> Pages = new()
    {
        ["/"] = ["text", "kind", "state", "status", "label", "model", "min_cost", "max_cost", "min_duration", "max_duration", "min_tokens", "max_tokens", "order", "since", "until", "skip", "after", "limit"],
        ["/totals"] = ["by", "kind", "text", "state", "status", "label", "model", "min_cost", "max_cost", "min_duration", "max_duration", "min_tokens", "max_tokens", "since", "until"],
        ["/search"] = ["text", "type", "actor", "tool", "where", "object", "kind", "status", "label", "model", "min_cost", "max_cost", "min_duration", "max_duration", "since", "until", "before", "limit"],
        ["/run"] = ["stream", "from", "limit", "lanes", "type", "actor", "text", "call", "since", "until"],
        ["/run/usage"] = ["stream"],
        ["/run/chat"] = ["stream", "from", "text"],
        ["/run/steps"] = ["stream", "from", "clock"],
        ["/event"] = ["stream", "position", "id", "effects"],
        ["/change"] = ["stream", "position"],
        ["/compare"] = ["run", "show", "text", "kind", "status", "after", "rows", "from"],
        ["/branches"] = ["stream"],
        ["/world"] = ["stream", "at", "time", "type", "text", "after", "after_relation"],
        ["/object"] = ["stream", "id", "at", "time", "history"],
        ["/diff"] = ["a", "b", "at_a", "at_b", "time_a", "time_b"],
        ["/merge"] = ["target", "source"],
        ["/tasks"] = ["state", "parent", "run", "since", "until", "after", "limit"],
        ["/task"] = ["id", "messages", "calls", "limit", "text"],
        ["/projects"] = ["text", "skip"],
        ["/project"] = ["project", "record_kind", "status", "min_confidence", "skip", "verify", "for"],
        ["/record"] = ["project", "id", "at"],
        ["/projections"] = ["letters"],
        ["/letter"] = ["id"],
        ["/projections/step"] = ["stream", "projection", "from", "limit"],
        ["/login"] = ["to", "token"],
        ["/live"] = ["from", "show"],
        ["/health/live"] = [],
        ["/health/ready"] = [],
        ["/assets/{name}"] = [],
        ["/seal/checkpoint"] = [],
        ["/seal/tile/{**rest}"] = [],
        ["/seal/bundle/{stream}"] = [],
        ["/api/v1"] = [],
        ["/api/v1/openapi.json"] = [],
        ["/api/{**rest}"] = [],
        ["/{**rest}"] = [],
    };

    private ExplorerHost _host = null!;
    private HttpClient _client = null!;

    /// <summary>Each parameter is attacked with one of so many values.</summary>
    protected virtual int Share => 1;

    protected abstract Task<ExplorerHost> StartAsync();

    public virtual async Task InitializeAsync()
    {
        _host = await StartAsync();
        _client = _host.CreateClient();
        await SampleRun.WriteAsync(_host.Ledger);
        await using var records = new ChronoStore(_host.Ledger.Store, "kettle");
        await records.UpsertAsync(new ChronoRecord { Id = "claim-1", Kind = "requirement", Label = "It boils.", Status = "active" });
        var tasks = new TaskLedger(_host.Ledger.Store);
        var now = DateTimeOffset.UnixEpoch;
        await tasks.SaveTaskAsync(new AgentTask { CreatedAt = now, UpdatedAt = now, Id = "boil", SystemPrompt = "Boil." });
        await tasks.SaveMessageAsync(new Message { Timestamp = now, Id = "m1", TaskId = "boil", Role = MessageRole.User, Content = "How?" });
    }

    public virtual async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task EveryParameter_HostileValues_AreAnsweredOrRefused()
    {
        var faults = new List<string>();
        var turn = 0;
        foreach (var (path, query) in Readers())
        {
            var inPath = path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '*', '}')).ToList();
            foreach (var attacked in inPath.Concat(query))
            {
                // Where an answer is dear, the parameters have the values in turn, as long as the run is not a soak.
                turn++;
                foreach (var value in Values.Where((_, i) => (i + turn) % Scale.Of(Share, 1) == 0))
                {
                    await CheckAsync(AddressOf(path, query, attacked, value), faults);
                }
            }

            await CheckAsync(AddressOf(path, query, "", "") + (query.Length > 0 ? $"?{query[0]}=x&{query[0]}=y" : "?x=1"), faults);
        }

        faults.ShouldBeEmpty(string.Join('\n', faults.Take(40)));
    }

    [Fact]
    public async Task EveryWriter_HostileBodies_AreRefused()
    {
        string[] bodies =
        [
            "", "{", "[]", "null", "1", "\"x\"", "{\"at\":-1}", "{\"at\":1.5}", "{\"at\":9223372036854775807}", "{\"at\":99999999999999999999}", "{\"at\":\"1\"}",
            "{\"at\":1,\"id\":1}", "{\"at\":1,\"id\":\"a\\u0000\"}", "{\"at\":1,\"id\":\"a\\nb\"}", "{\"at\":1,\"name\":{}}", "{\"id\":\"kettle\"}", "{\"events\":1}",
            "{\"events\":[1]}", "{\"events\":[{}]}", "{\"events\":[{\"type\":1}]}", "{\"events\":[{\"type\":\"\"}]}", "{\"events\":[{\"type\":\"x\",\"data\":{\"a\":1e999999}}]}",
            "{\"events\":[{\"type\":\"x\",\"data\":{\"a\":\"\\ud800\"}}]}", "{\"events\":[{\"type\":\"x\"}],\"expected_length\":-1}", "{\"events\":[{\"type\":\"x\"}],\"expected_length\":999}",
            new string('[', 3_000), "{\"events\":[{\"type\":\"x\",\"data\":" + new string('[', 900) + new string(']', 900) + "}]}",
        ];
        var faults = new List<string>();
        foreach (var route in ApiRoutes.All.Where(r => r.Method == "POST"))
        {
            foreach (var stream in new[] { "run:kettle", "branch:nobody", "run:%01", ".." })
            {
                foreach (var (body, type) in bodies.SelectMany(b => new[] { (b, "application/json"), (b, AcceptedTypes.Lines), (b, "text/plain"), (b, "application/x-www-form-urlencoded") }))
                {
                    using var content = new StringContent(body, Encoding.UTF8, type);
                    using var answer = await _client.PostAsync("/ledger/api/v1" + route.Path.Replace("{stream}", stream).Replace("{project}", "kettle").Replace("{session}", stream).Replace("{projection}", "nothing").Replace("{letter}", "00000000-0000-0000-0000-000000000001"), content);
                    var text = await answer.Content.ReadAsStringAsync();
                    if ((int)answer.StatusCode >= 500 || ((int)answer.StatusCode >= 400 && !IsClear(answer, text)))
                    {
                        faults.Add($"{route.Path} {stream} {type} {body[..Math.Min(body.Length, 80)]}: {(int)answer.StatusCode} {text[..Math.Min(text.Length, 200)]}");
                    }
                }
            }
        }

        foreach (var form in new[] { "fork", "merge", "projections", "letter", "change" })
        {
            using var content = new FormUrlEncodedContent([new("stream", "run:kettle"), new("at", "1"), new("position", "1"), new("data", "{}"), new("act", "rebuild")]);
            using var answer = await _client.PostAsync("/ledger/" + form, content);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, form);
        }

        faults.ShouldBeEmpty(string.Join('\n', faults.Take(40)));
    }

    [Fact]
    public void EveryAddress_IsInTheTables()
    {
        var known = Pages.Keys.Concat(ApiRoutes.All.Select(r => "/api/v1" + r.Path)).Concat(["/fork", "/projections", "/logout", "/change"]).ToHashSet();

        _host.Endpoints.Select(e => e.RoutePattern.RawText!["/ledger".Length..]).ShouldAllBe(path => known.Contains(path));
    }

    [Theory]
    [InlineData("GET", "/runs", "")]
    [InlineData("DELETE", "/runs", "GET, POST")]
    [InlineData("PUT", "/streams/run:kettle/events", "GET, POST")]
    [InlineData("POST", "/migrations/script", "GET")]
    public async Task Method_NotOfTheAddress_NamesThoseThatAre(string method, string path, string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/ledger/api/v1" + path);
        using var answer = await _client.SendAsync(request);

        answer.StatusCode.ShouldBe(allowed.Length == 0 ? HttpStatusCode.OK : HttpStatusCode.MethodNotAllowed);
        string.Join(", ", answer.Content.Headers.Allow).ShouldBe(allowed);
    }

    private static IEnumerable<(string Path, string[] Query)> Readers() =>
        Pages.Select(p => (p.Key, p.Value))
            .Concat(ApiRoutes.All.Where(r => r.Method == "GET").Select(r => ("/api/v1" + r.Path, r.Query.Select(q => q.Name).ToArray())));

    private static string AddressOf(string path, string[] query, string attacked, string value)
    {
        var parts = path.Split('/').Select(part => part.StartsWith('{')
            ? part.Trim('{', '*', '}') == attacked ? value : Good[part.Trim('{', '*', '}')]
            : part);
        var needed = query.Where(name => name == attacked || (name == "run" && path.Contains("/compare", StringComparison.Ordinal)) || (path == "/change" && name == "position") || (name is "stream" or "a" or "b" or "id" or "project" && !(name == "id" && query.Contains("position"))));
        var text = string.Join('&', needed.Select(name => $"{name}={(name == attacked ? value.Replace("#", "%23") : Good[name])}"));
        return $"/ledger{string.Join('/', parts)}{(text.Length > 0 ? "?" + text : "")}";
    }

    private async Task CheckAsync(string address, List<string> faults)
    {
        // Following would never end, and the client must be able to send it: a NUL in a path is refused before it gets
        // here, and what leads out of the explorer is for others to answer.
        if ((address.Contains("/live?", StringComparison.Ordinal) && address.Contains("run:kettle"))
            || address.Split('?')[0].Contains("%00", StringComparison.Ordinal)
            || !Uri.TryCreate("http://localhost" + address, UriKind.Absolute, out var uri)
            || !uri.AbsolutePath.StartsWith("/ledger/", StringComparison.Ordinal))
        {
            return;
        }

        using var answer = await _client.GetAsync(address);
        var text = await answer.Content.ReadAsStringAsync();
        var status = (int)answer.StatusCode;
        if (status >= 500
            || (status >= 400 && !address.Contains("/assets/", StringComparison.Ordinal) && !IsClear(answer, text))
            || (IsHtml(answer) && (text.Contains("<script>alert", StringComparison.Ordinal) || text.Contains("<img", StringComparison.Ordinal))))
        {
            faults.Add($"{address[..Math.Min(address.Length, 200)]}: {status} {text[..Math.Min(text.Length, 300)]}");
        }
    }

    /// <summary>Whether a refusal says what was wrong: a page with a sentence, or problem details with one.</summary>
    private static bool IsClear(HttpResponseMessage answer, string text)
    {
        if (IsHtml(answer))
        {
            return text.Contains("notice-bad", StringComparison.Ordinal);
        }

        if (answer.RequestMessage!.RequestUri!.AbsolutePath.EndsWith("/otlp/v1/traces", StringComparison.Ordinal))
        {
            // A google.rpc.Status.
            return JsonDocument.Parse(text).RootElement is var refusal && refusal.GetProperty("code").GetInt32() > 0 && refusal.GetProperty("message").GetString() is { Length: > 10 };
        }

        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return false;
        }

        var problem = JsonDocument.Parse(text).RootElement;
        return problem.GetProperty("status").GetInt32() == (int)answer.StatusCode
            && problem.GetProperty("title").GetString() is { Length: > 0 }
            && problem.GetProperty("detail").GetString() is { Length: > 10 };
    }

    private static bool IsHtml(HttpResponseMessage answer) => answer.Content.Headers.ContentType?.MediaType == "text/html";
}

public sealed class MemoryEveryRouteTests : EveryRouteTests
{
    protected override Task<ExplorerHost> StartAsync() => ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed });
}

public sealed class PostgresEveryRouteTests : EveryRouteTests
{
    private TestDatabase? _database;
    private NpgsqlDataSource? _dataSource;

    protected override int Share => 3;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _dataSource!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    protected override async Task<ExplorerHost> StartAsync()
    {
        _database = await ExplorerDatabase.CreateAsync();
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
        return await ExplorerHost.StartAsync(
            new PostgresEventStore(_dataSource),
            options => options with { Writing = ExplorerWriting.Allowed, Querying = ExplorerQuerying.Allowed },
            builder => builder.Services.AddSingleton(new ProjectionAdmin(_dataSource)).AddSingleton(new LedgerMigrator(_dataSource)).AddSingleton(new SqlQueries(_dataSource))
                .AddSingleton(new EventContractTable(_dataSource)).AddSingleton(new LogQuotas(_dataSource)));
    }
}
