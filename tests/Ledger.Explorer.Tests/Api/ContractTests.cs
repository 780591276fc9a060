using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Conformance;
using Ledger.Events;
using Ledger.Explorer.Api;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Sessions;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Records;
using Ledger.Runs;
using Ledger.Tasks;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <summary>Every route answers as the OpenAPI document says.</summary>
public sealed partial class ContractTests : IAsyncLifetime
{
    private const string Base = "/ledger/api/v1";

    private static readonly Dictionary<string, string> Paths = new()
    {
        ["{stream}"] = "branch:kettle-strict",
        ["{event}"] = "3",
        ["{project}"] = "kettle",
        ["{projection}"] = "ledger:world",
        ["{task}"] = "boil",
        ["{call}"] = "c1",
        ["{message}"] = "m1",
        ["{session}"] = "first",
    };

    private static readonly Dictionary<string, string> Queries = new() { ["a"] = "run:kettle", ["b"] = "branch:kettle-strict", ["id"] = "claim-1", ["faults"] = "skip", ["source"] = "run:kettle", ["onto"] = "run:kettle", ["events"] = "later", ["sql"] = "select type, count(*) from ledger.events group by type order by type limit 2" };

    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["/runs"] = """{"id": "new"}""",
        ["/masks"] = """{"stream": "run:kettle", "paths": ["$.data.nothing"], "reason": "request 17", "by": "dpo", "dry_run": "on"}""",
        ["/imports"] = """[{"role": "user", "content": "x"}]""",
        ["/otlp/v1/traces"] = """{"resourceSpans": []}""",
        ["/streams/{stream}/branches"] = """{"at": 3, "id": "newer", "name": "a label"}""",
        ["/streams/{stream}/title"] = """{"title": "Kettles"}""",
        ["/streams/{stream}/labels"] = """{"add": ["nightly"], "remove": ["draft"]}""",
        ["/streams/{stream}/changes"] = """{"position": 3, "data": {"id": "claim-1", "type": "Claim", "data": {"n": 1}}, "id": "changed", "name": "a label", "run": "on"}""",
        ["/streams/{stream}/continuations"] = """{"length": 2}""",
        ["/streams/{stream}/merges"] = """{"source": "run:kettle", "take": "theirs", "actor": "me"}""",
        ["/streams/{stream}/picks"] = """{"source": "run:kettle", "events": ["later"], "causes": "include", "take": "theirs", "actor": "me"}""",
        ["/streams/{stream}/rebases"] = """{"onto": "run:kettle", "id": "rebased", "name": "a label", "mode": "events", "actor": "me"}""",
        ["/streams/{stream}/events"] = """{"events": [{"type": "object.create", "data": {}}]}""",
        ["/projections/{projection}/rebuild"] = "{}",
        ["/dead-letters/retry"] = """{"letters": ["00000000-0000-0000-0000-000000000001"], "projection": "mail"}""",
        ["/dead-letters/drop"] = """{"letters": ["00000000-0000-0000-0000-000000000001"], "reason": "Not needed."}""",
        ["/dead-letters/{letter}/retry"] = "{}",
        ["/dead-letters/{letter}/drop"] = """{"reason": "Not needed."}""",
        ["/sessions/{project}/{session}/entries"] = """{"entries": [{"id": "e-2", "entry": {"type": "user"}}, {"entry": {"type": "assistant"}}]}""",
    };

    private TestDatabase _database = null!;
    private NpgsqlDataSource _dataSource = null!;
    private ReaderRoles _roles = null!;
    private ExplorerHost _host = null!;
    private HttpClient _client = null!;
    private ProjectionDaemon _node = null!;
    private volatile bool _isCorrected;

    public async Task InitializeAsync()
    {
        _database = await ExplorerDatabase.CreateAsync();
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
        _roles = await ReaderRoles.CreateAsync(_dataSource);
        _host = await ExplorerHost.StartAsync(
            new PostgresEventStore(_dataSource),
            options => options with { Writing = ExplorerWriting.Allowed, Querying = ExplorerQuerying.Allowed, Masking = ExplorerMasking.Allowed },
            builder => builder.Services.AddSingleton(new ProjectionAdmin(_dataSource)).AddSingleton(new LedgerMigrator(_dataSource)).AddSingleton(new SqlQueries(_dataSource))
                .AddSingleton(new EventContractTable(_dataSource)).AddSingleton(new LogQuotas(_dataSource)).AddSingleton<IRunRunner>(new FakeRunner()));
        _client = _host.CreateClient();
        var run = await SampleRun.WriteAsync(_host.Ledger);
        await run.AppendAsync([new NewEvent(new ObjectCreated("claim-3", "Claim"), new EventMetadata { ForeignId = "later" })]);
        var branch = await _host.Ledger.OpenAsync(SampleRun.Branch);
        await branch.AppendAsync([new ObjectPatched("nobody", new JsonObject { ["n"] = 1 })]);
        await branch.SaveSnapshotAsync();
        await using var records = new ChronoStore(_host.Ledger.Store, "kettle");
        await records.UpsertAsync(new ChronoRecord { Id = "claim-1", Kind = "requirement", Label = "It boils.", Status = "active" });
        await SaveTasksAsync(_host.Ledger);
        await new SessionLog(_host.Ledger).AppendAsync(
            new SessionName("kettle", "first"), [new NewEvent(new UntypedEvent(SessionLog.EntryType, JsonElement.Parse("{}")))], CancellationToken.None);
        _node = await DeadLetters.LeaveAsync(_dataSource, "run:kettle", SampleRun.Length, () => _isCorrected);
        _isCorrected = true;
    }

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _node.DisposeAsync();
        await _host.DisposeAsync();
        await _roles.DisposeAsync();
        await _dataSource.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Query_OfAnotherSite_IsRefused_AndDeepOrTooMuch_IsSaid()
    {
        const string Ask = Base + "/query?sql=";
        foreach (var (name, value) in new[] { ("Sec-Fetch-Site", "cross-site"), ("Origin", "http://elsewhere.example") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Ask + "select+1") { Headers = { { name, value } } };
            using var refused = await _client.SendAsync(request);
            refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }

        var rows = await RowsAsync("select 1.5::numeric(10,2) as n, array[1.5]::numeric(10,2)[] as l, (repeat('[', 3000) || repeat(']', 3000))::json as deep, current_user::text as me");
        (rows.GetProperty("n").GetRawText(), rows.GetProperty("l").GetRawText(), rows.GetProperty("deep").GetString()!.Length).ShouldBe(("1.50", "[1.50]", 6_000));
        rows.GetProperty("me").GetString().ShouldEndWith("_reader");
        using var large = await _client.GetAsync(Ask + Uri.EscapeDataString("select repeat('x', 17 * 1024 * 1024)"));
        (await large.Content.ReadAsStringAsync()).ShouldContain("A row has more than");
        (await RowsAsync($"select {new string(' ', 5_000)}1 as n")).GetProperty("n").GetInt32().ShouldBe(1);

        var waiting = Enumerable.Range(0, 5).Select(_ => _client.GetAsync(Ask + Uri.EscapeDataString("select count(*) from generate_series(1, 300000000)") + "&timeout=1")).ToList();
        (await Task.WhenAny(waiting).Unwrap()).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        foreach (var answer in await Task.WhenAll(waiting))
        {
            answer.Dispose();
        }

        async Task<JsonElement> RowsAsync(string sql) => JsonElement.Parse(await _client.GetStringAsync(Ask + Uri.EscapeDataString(sql))).GetProperty("rows")[0];
    }

    [Fact]
    public async Task EveryRoute_Answer_MatchesItsSchema()
    {
        var document = JsonNode.Parse(await _client.GetStringAsync($"{Base}/openapi.json"))!;
        foreach (var route in ApiRoutes.All)
        {
            var operation = document["paths"]![route.Path]![route.Method.ToLowerInvariant()]!;
            foreach (var type in route.Produces.Where(type => type is not (AcceptedTypes.Live or AcceptedTypes.Html) && !type.Contains("sql", StringComparison.Ordinal)))
            {
                var (status, text) = await AskAsync(route, type);
                status.ShouldBe((HttpStatusCode)route.Success, $"{route.Path}: {text}");
                foreach (var json in type == AcceptedTypes.Lines ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [text])
                {
                    var schema = operation["responses"]![$"{route.Success}"]!["content"]![type]!["schema"];
                    JsonElement.Parse(json).ShouldMatch(schema.ShouldNotBeNull(route.Path), document["components"], $"{route.Method} {route.Path} as {type}: {json}");
                }
            }

            var problem = operation["responses"]!["400"]!["content"]![route.RefusesAs[0]]!["schema"]!;
            using var refused = route.Refusal == ContractContext.Default.ProblemContract
                ? await _client.GetAsync($"{Base}/streams/nobody:x")
                : await _client.PostAsync(Base + route.Path, new StringContent("{", Encoding.UTF8, "application/json"));
            JsonElement.Parse(await refused.Content.ReadAsStringAsync()).ShouldMatch(problem, document["components"], "a refusal");
        }
    }

    [Fact]
    public async Task EveryBody_MatchesItsSchema()
    {
        var document = JsonNode.Parse(await _client.GetStringAsync($"{Base}/openapi.json"))!;
        foreach (var route in ApiRoutes.All.Where(route => route.Body is not null))
        {
            var schema = document["paths"]![route.Path]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!;
            JsonElement.Parse(Bodies[route.Path]).ShouldMatch(schema, document["components"], route.Path);
        }
    }

    [Fact]
    public async Task LiveEvents_MatchTheContract()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Base}/streams/run:kettle/events?from=0");
        request.Headers.Accept.ParseAdd(AcceptedTypes.Live);
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        string? line;
        do
        {
            line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2));
        }
        while (line?.StartsWith("data: ", StringComparison.Ordinal) == false);

        var type = ContractContext.Default.LiveEventsContract;
        var schemas = new JsonObject(ContractSchema.Of([type]).Select(schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value)));
        JsonElement.Parse(line!["data: ".Length..]).ShouldMatch(ContractSchema.ReferenceTo(type), new JsonObject { ["schemas"] = schemas }, line);
    }

    [Fact]
    public async Task EveryEvent_WhereverItIsRead_CanBeAppendedAgain()
    {
        var schema = JsonNode.Parse(await _client.GetStringAsync($"{Base}/openapi.json"))!["components"]!;
        var page = JsonElement.Parse(await _client.GetStringAsync($"{Base}/streams/run:kettle/events"));
        var one = JsonElement.Parse(await _client.GetStringAsync($"{Base}/streams/run:kettle/events/3"));
        var traced = JsonElement.Parse(await _client.GetStringAsync($"{Base}/streams/run:kettle/events/5/trace")).GetProperty("entries")[0].GetProperty("event");
        var blamed = JsonElement.Parse(await _client.GetStringAsync($"{Base}/streams/run:kettle/blame?id=claim-1")).GetProperty("changes")[0].GetProperty("event");
        var lines = (await _client.GetStringAsync($"{Base}/log?prefix=run:")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line));
        var events = page.GetProperty("events").EnumerateArray().Concat(lines).Append(one).Append(traced).Append(blamed).ToList();

        foreach (var recorded in events)
        {
            recorded.ShouldMatch(new JsonObject { ["$ref"] = "#/components/schemas/NewEventRequest" }, schema, "an event");
        }

        var body = $$"""{"events": {{page.GetProperty("events").GetRawText()}}}""";
        using var answer = await _client.PostAsync($"{Base}/streams/run:copy/events", new StringContent(body, Encoding.UTF8, "application/json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }

    private static async Task SaveTasksAsync(AgentLedger ledger)
    {
        var tasks = new TaskLedger(ledger.Store);
        var now = DateTimeOffset.UnixEpoch;
        await tasks.SaveTaskAsync(new AgentTask { CreatedAt = now, UpdatedAt = now, Id = "boil", SystemPrompt = "Boil.", Run = SampleRun.Run });
        await tasks.SaveMessageAsync(new Message { Timestamp = now, Id = "m1", TaskId = "boil", Role = MessageRole.User, Content = "How?" });
        await tasks.SaveCallAsync(new Call
        {
            CreatedAt = now,
            UpdatedAt = now,
            Id = "c1",
            TaskId = "boil",
            AbilityName = "kettle:heat",
            Parameters = "{}",
            Status = CallStatus.InProgress,
            Details = "{}",
            StartMessageId = "m1",
        });
        await ledger.GetRun(SampleRun.Run.Id).AppendAsync(
            [new NewEvent(new ToolCalled("kettle"), new EventMetadata { CallId = "c1" })]);
    }

    private async Task<(HttpStatusCode Status, string Text)> AskAsync(ApiRoute route, string type)
    {
        using var answer = await SendAsync(route, type);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> SendAsync(ApiRoute route, string type, params (string Name, string Value)[] headers) => SendAsync(route, type, "", headers);

    private async Task<HttpResponseMessage> SendAsync(ApiRoute route, string type, string more, params (string Name, string Value)[] headers)
    {
        var path = string.Join('/', route.Path.Split('/').Select(part => Paths.GetValueOrDefault(part, part)));
        if (route.Path == "/events/{event}")
        {
            path = "/events/" + JsonElement.Parse(await _client.GetStringAsync($"{Base}/streams/run:kettle/events/3")).GetProperty("event_id").GetString();
        }

        if (path.Contains("{letter}", StringComparison.Ordinal))
        {
            path = path.Replace("{letter}", (await new ProjectionAdmin(_dataSource).ListDeadLettersAsync())[0].Id.ToString());
        }

        var query = string.Join('&', route.Query.Where(parameter => Queries.ContainsKey(parameter.Name)).Select(parameter => $"{parameter.Name}={Queries[parameter.Name]}"));
        query += route.Path.StartsWith("/compare", StringComparison.Ordinal) ? "&run=run:kettle&run=branch:kettle-strict" : "";
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), $"{Base}{path}?{query}{(more.Length > 0 ? $"&{more}" : "")}");
        request.Headers.Accept.ParseAdd(type);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (route.Method == "POST")
        {
            request.Content = new StringContent(Bodies[route.Path], Encoding.UTF8, "application/json");
        }

        return await _client.SendAsync(request);
    }
}
