using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Ledger.Explorer.Api;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <summary>What programs read and write over HTTP, on any store.</summary>
public abstract partial class ApiTests : IAsyncLifetime
{
    private const string Base = "/ledger/api/v1";
    private const string Streams = Base + "/streams";
    private ExplorerHost _host = null!;
    private HttpClient _client = null!;

    protected abstract Task<IEventStore> CreateStoreAsync();

    public async Task InitializeAsync()
    {
        _host = await ExplorerHost.StartAsync(await CreateStoreAsync(), options => options with { Writing = ExplorerWriting.Allowed });
        _client = _host.CreateClient();
        await SampleRun.WriteAsync(_host.Ledger);
    }

    public virtual async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Stream_OfBranch_TellsItsOrigin()
    {
        var branch = await GetAsync($"{Streams}/branch:kettle-strict");

        branch.GetProperty("length").GetInt64().ShouldBe(SampleRun.ForkPosition + 3);
        branch.GetProperty("parent").GetString().ShouldBe("run:kettle");
        branch.GetProperty("fork_position").GetInt64().ShouldBe(SampleRun.ForkPosition);
    }

    [Fact]
    public async Task Events_Page_SaysWhereToGoOn()
    {
        var page = await GetAsync($"{Streams}/run:kettle/events?from=2&limit=3");

        page.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("position").GetInt64()).ShouldBe([2, 3, 4]);
        page.GetProperty("next").GetInt64().ShouldBe(5);
        page.GetProperty("is_last").GetBoolean().ShouldBeFalse();
    }

    [Theory]
    [InlineData("type=object.*&to=9", new long[] { 3, 4, 8 })]
    [InlineData("actor=judge", new long[] { 7, 8 })]
    [InlineData("text=SALT", new long[] { 9 })]
    [InlineData("since=2000-01-01&until=2001-01-01", new long[0])]
    [InlineData("since=2000-01-01T00:00Z&type=kit.loaded", new long[] { 0 })]
    public async Task Events_Filter_FindsThoseAlone(string query, long[] positions)
    {
        var page = await GetAsync($"{Streams}/run:kettle/events?{query}");

        page.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("position").GetInt64()).ShouldBe(positions);
        page.GetProperty("is_last").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Events_Lines_HasOneALine()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Streams}/branch:kettle-strict/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/x-ndjson"));

        using var answer = await _client.SendAsync(request);

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        var lines = (await answer.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');
        lines.Length.ShouldBe(SampleRun.ForkPosition + 3);
        lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("position").GetInt32()).ShouldBe(Enumerable.Range(0, lines.Length));
    }

    [Fact]
    public async Task Events_KnownTag_IsNotSentAgain_UntilTheRunGrows()
    {
        using var first = await _client.GetAsync($"{Streams}/run:kettle/events");
        var tag = first.Headers.ETag!;

        (await WithTagAsync("/run:kettle/events", tag)).ShouldBe(HttpStatusCode.NotModified);
        await _host.Ledger.GetRun("kettle").AppendAsync([new KitLoaded("more")]);
        (await WithTagAsync("/run:kettle/events", tag)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Events_TagOfThePast_HoldsWhileTheRunGrows()
    {
        using var first = await _client.GetAsync($"{Streams}/run:kettle/events?limit=5");
        await _host.Ledger.GetRun("kettle").AppendAsync([new KitLoaded("more")]);

        (await WithTagAsync("/run:kettle/events?limit=5", first.Headers.ETag!)).ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Event_ById_IsFoundWhereverItWasWritten()
    {
        var known = await GetAsync($"{Streams}/run:kettle/events/3");

        var found = await GetAsync($"{Base}/events/{known.GetProperty("event_id").GetString()}");

        found.GetProperty("stream").GetString().ShouldBe("run:kettle");
        found.GetProperty("version").GetInt64().ShouldBe(4);
        using var missing = await _client.GetAsync($"{Base}/events/{Guid.Empty}");
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Objects_PageByPage_AreThoseOfTheWorld()
    {
        var first = await GetAsync($"{Streams}/run:kettle/objects?limit=2");
        first.GetProperty("objects").EnumerateArray().Select(o => o.GetProperty("id").GetString()).ShouldBe(["claim-1", "claim-2"]);
        var second = await GetAsync($"{Streams}/run:kettle/objects?limit=2&after={first.GetProperty("next").GetString()}");
        second.GetProperty("objects").EnumerateArray().Select(o => o.GetProperty("id").GetString()).ShouldBe(["source-1"]);
        second.TryGetProperty("next", out _).ShouldBeFalse();

        var confirmed = await GetAsync($"{Streams}/run:kettle/objects?type=Claim&contains={Uri.EscapeDataString("""{"status":"confirmed"}""")}");
        confirmed.GetProperty("objects").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe("claim-1");
        (await GetAsync($"{Streams}/run:kettle/objects?at=4")).GetProperty("objects").GetArrayLength().ShouldBe(1);
        (await GetAsync($"{Streams}/run:kettle/objects?time=2000-01-01")).GetProperty("objects").GetArrayLength().ShouldBe(0);
        (await GetAsync($"{Streams}/run:kettle/relations?object=claim-2&direction=incoming")).GetProperty("relations").EnumerateArray()
            .ShouldHaveSingleItem().GetProperty("type").GetString().ShouldBe("contradicts");
    }

    [Fact]
    public async Task Branches_OfTheWholeLog_AreListed() =>
        (await GetAsync($"{Base}/branches")).GetProperty("branches").EnumerateArray().ShouldHaveSingleItem().GetProperty("stream").GetString().ShouldBe("branch:kettle-strict");

    [Fact]
    public async Task Snapshot_Kept_IsToldOf()
    {
        using var none = await _client.GetAsync($"{Streams}/run:kettle/snapshot");
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        await (await _host.Ledger.OpenAsync(SampleRun.Run)).SaveSnapshotAsync();

        var kept = await GetAsync($"{Streams}/run:kettle/snapshot");
        kept.GetProperty("position").GetInt64().ShouldBe(SampleRun.Length);
        kept.GetProperty("object_count").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task Blame_OfARelation_NamesItsEvents() =>
        (await GetAsync($"{Streams}/run:kettle/blame?id=relation-1&of=relation")).GetProperty("changes").EnumerateArray().ShouldHaveSingleItem()
            .GetProperty("event").GetProperty("position").GetInt64().ShouldBe(5);

    [Fact]
    public async Task Log_Filtered_ShowsThoseAlone()
    {
        var lines = (await _client.GetStringAsync($"{Base}/log?prefix=branch:&type=object.patched")).TrimEnd('\n').Split('\n');

        lines.ShouldHaveSingleItem().ShouldContain("sceptic");
    }

    [Fact]
    public async Task World_PositionAndTime_AreNotBothTaken()
    {
        using var answer = await _client.GetAsync($"{Streams}/run:kettle/world?at=1&time=2026-01-01");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("give one");
    }

    [Fact]
    public async Task Event_ByPositionAndById_IsTheSame()
    {
        var byPosition = await GetAsync($"{Streams}/run:kettle/events/3");
        var byId = await GetAsync($"{Streams}/run:kettle/events/{byPosition.GetProperty("event_id").GetString()}");

        byId.GetRawText().ShouldBe(byPosition.GetRawText());
        byId.GetProperty("data").GetProperty("id").GetString().ShouldBe("claim-1");
    }

    [Fact]
    public async Task Trace_GoesToCausesAndToEffects()
    {
        var causes = await GetAsync($"{Streams}/run:kettle/events/5/trace");
        var effects = await GetAsync($"{Streams}/run:kettle/events/2/trace?direction=effects");

        PositionsOf(causes).ShouldBe([5, 3, 4, 2, 1], ignoreOrder: true);
        PositionsOf(effects).ShouldBe([2, 3, 4, 5, 8], ignoreOrder: true);
    }

    [Fact]
    public async Task World_AtAPosition_IsThatOfTheFold()
    {
        var world = await GetAsync($"{Streams}/run:kettle/world?at=6");

        world.GetRawText().ShouldBe((await _host.Ledger.GetRun("kettle").GetWorldAsync(new Position(6))).ToString());
    }

    [Fact]
    public async Task Object_AtAPosition_IsAsItWasThen()
    {
        var before = await GetAsync($"{Streams}/run:kettle/object?id=claim-1&at=8");
        var now = await GetAsync($"{Streams}/run:kettle/object?id=claim-1");

        before.GetProperty("data").GetProperty("status").GetString().ShouldBe("open");
        now.GetProperty("data").GetProperty("status").GetString().ShouldBe("confirmed");
    }

    [Fact]
    public async Task Blame_NamesWhatChangedAnObject()
    {
        var blame = await GetAsync($"{Streams}/run:kettle/blame?id=claim-1&property=status");

        blame.GetProperty("changes").EnumerateArray().Select(e => e.GetProperty("kind").GetString()).ShouldBe(["created", "patched"]);
    }

    [Fact]
    public async Task Diff_TellsEveryValue()
    {
        var diff = await GetAsync($"{Base}/diff?a=run:kettle&b=branch:kettle-strict");

        diff.GetProperty("summary").GetString().ShouldBe("+1 objects, -1 objects, ~1 objects patched, -1 relations");
        diff.GetProperty("changes")[0].GetProperty("path").GetString().ShouldBe("/data/status");
    }

    [Fact]
    public async Task Divergence_FindsTheFork()
    {
        var divergence = await GetAsync($"{Base}/divergence?a=run:kettle&b=branch:kettle-strict");

        divergence.GetProperty("shared_prefix").GetInt64().ShouldBe(SampleRun.ForkPosition);
    }

    [Fact]
    public async Task Neighbours_AndLog_Answer()
    {
        (await GetAsync($"{Streams}/run:kettle/neighbours?id=claim-1&depth=2")).GetProperty("objects").GetArrayLength().ShouldBe(3);
        var log = (await _client.GetStringAsync($"{Base}/log?limit=5")).TrimEnd('\n').Split('\n');
        log.Length.ShouldBe(5);
        JsonDocument.Parse(log[0]).RootElement.GetProperty("stream").GetString().ShouldBe("run:kettle");
    }

    [Fact]
    public async Task Usage_AddsUp()
    {
        var usage = (await GetAsync($"{Streams}/run:kettle/usage")).GetProperty("usage");

        usage.GetProperty("cost_usd").GetDecimal().ShouldBe(0.0125m);
    }

    [Fact]
    public async Task Replay_AndBranches_AndExport_Answer()
    {
        (await GetAsync($"{Streams}/run:kettle/replay")).GetProperty("position").GetInt64().ShouldBe(SampleRun.Length);
        (await GetAsync($"{Streams}/run:kettle/branches")).GetProperty("branches")[0].GetProperty("name").GetString().ShouldBe("what if we doubt?");
        (await _client.GetStringAsync($"{Streams}/run:kettle/export")).TrimEnd('\n').Split('\n').Length.ShouldBe(SampleRun.Length);
    }

    [Fact]
    public async Task Append_AtTheExpectedLength_Writes()
    {
        using var answer = await PostAsync("/run:kettle/events", """{"expected_length": 12, "events": [{"type": "kit.loaded", "data": {"kit": "new"}}]}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("length").GetInt64().ShouldBe(13);
    }

    [Fact]
    public async Task Append_AtAnotherLength_IsAConflictWithBothNumbers()
    {
        using var answer = await PostAsync("/run:kettle/events", """{"expected_length": 3, "events": [{"type": "kit.loaded", "data": {}}]}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        (problem.GetProperty("expected").GetInt64(), problem.GetProperty("actual").GetInt64()).ShouldBe((3, 12));
        problem.GetProperty("detail").GetString().ShouldBe(
            "Stream 'run:kettle' is at version 12, but the append expected version 3. Nothing was written; read the stream and decide again.");
    }

    [Fact]
    public async Task Append_Lines_WritesEach()
    {
        using var content = new StringContent("{\"type\":\"kit.loaded\",\"data\":{}}\n{\"type\":\"kit.loaded\",\"data\":{}}\n", Encoding.UTF8, "application/x-ndjson");
        using var answer = await _client.PostAsync($"{Streams}/run:fresh/events?expected_length=0", content);

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await _host.Ledger.GetRun("fresh").GetLengthAsync()).Value.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"events": [{"data": {}}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"events": 1}""", HttpStatusCode.BadRequest)]
    [InlineData("[1", HttpStatusCode.BadRequest)]
    [InlineData("""{"events": [{"type": "a", "data": {}}], "expected_length": -1}""", HttpStatusCode.BadRequest)]
    public async Task Append_Malformed_IsRefusedWithASentence(string body, HttpStatusCode status)
    {
        using var answer = await PostAsync("/run:kettle/events", body);

        answer.StatusCode.ShouldBe(status);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().ShouldEndWith(".");
    }

    [Fact]
    public async Task Fork_MakesABranch_AndRefusesBeyondTheEnd()
    {
        using var made = await PostAsync("/run:kettle/branches", """{"at": 4, "id": "from-api", "name": "a label"}""");
        using var again = await PostAsync("/run:kettle/branches", """{"at": 4, "id": "from-api"}""");
        using var beyond = await PostAsync("/run:kettle/branches", """{"at": 99}""");

        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        made.Headers.Location!.ToString().ShouldBe("/ledger/api/v1/streams/branch%3Afrom-api");
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        beyond.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Start_NewAndTaken_AreToldApart()
    {
        using var made = await _client.PostAsJsonAsync($"{Base}/runs", new { id = "started" });
        using var taken = await _client.PostAsJsonAsync($"{Base}/runs", new { id = "kettle" });

        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        taken.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Write_OtherContentOrOtherSite_IsRefused()
    {
        using var form = new StringContent("events=1", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var plain = await _client.PostAsync($"{Streams}/run:kettle/events", form);
        using var foreign = new HttpRequestMessage(HttpMethod.Post, $"{Streams}/run:kettle/events") { Content = JsonContent.Create(new { events = Array.Empty<int>() }) };
        foreign.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var refused = await _client.SendAsync(foreign);

        plain.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Stream_NameWithASlash_IsFound()
    {
        await _host.Ledger.GetRun("a/b c?").AppendAsync([new KitLoaded("x")]);

        (await GetAsync($"{Streams}/{Uri.EscapeDataString("run:a/b c?")}")).GetProperty("id").GetString().ShouldBe("a/b c?");
    }

    [Fact]
    public async Task OpenApi_DescribesEveryRoute()
    {
        var document = await GetAsync($"{Base}/openapi.json");

        document.GetProperty("openapi").GetString().ShouldBe("3.1.0");
        document.GetProperty("servers")[0].GetProperty("url").GetString().ShouldBe(Base);
        var described = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(m => $"{m.Name.ToUpperInvariant()} {p.Name}"));
        described.ShouldBe(ApiRoutes.All.Select(r => $"{r.Method} {r.Path}"), ignoreOrder: true);
        document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject())
            .Select(o => o.Value.GetProperty("operationId").GetString()).ShouldBeUnique();
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _client.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private Task<HttpResponseMessage> PostAsync(string path, string json) =>
        _client.PostAsync(Streams + path, new StringContent(json, Encoding.UTF8, "application/json"));

    private async Task<HttpStatusCode> WithTagAsync(string path, EntityTagHeaderValue tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Streams + path);
        request.Headers.IfNoneMatch.Add(tag);
        using var answer = await _client.SendAsync(request);
        return answer.StatusCode;
    }

    private static IEnumerable<int> PositionsOf(JsonElement trace) =>
        trace.GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("event").GetProperty("position").GetInt32());
}
