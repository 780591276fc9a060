using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

public abstract partial class ApiTests
{
    [Fact]
    public async Task Merge_WithAConflict_IsPreviewedRefusedAndDecided()
    {
        foreach (var (path, body) in new[]
        {
            ("/run:merging/events", """{"events": [{"type": "object.created", "data": {"id": "a", "type": "T", "data": {"x": 1}}}]}"""),
            ("/run:merging/branches", """{"at": 1, "id": "merging-2"}"""),
            ("/run:merging/events", """{"events": [{"type": "object.patched", "actor": "lead", "data": {"id": "a", "patch": {"x": 2}}}]}"""),
            ("/branch:merging-2/events", """{"events": [{"type": "object.patched", "actor": "scout", "data": {"id": "a", "patch": {"x": 3, "y": 1}}}]}"""),
        })
        {
            using var written = await PostAsync(path, body);
            written.StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        var preview = await GetAsync($"{Streams}/run:merging/merge?source=branch:merging-2");
        var conflict = preview.GetProperty("conflicts").EnumerateArray().ShouldHaveSingleItem();
        (conflict.GetProperty("path").GetString(), conflict.GetProperty("our_actor").GetString(), conflict.GetProperty("their_actor").GetString())
            .ShouldBe(("/data/x", "lead", "scout"));

        using var open = await PostAsync("/run:merging/merges", """{"source": "branch:merging-2"}""");
        using var wrong = await PostAsync("/run:merging/merges", """{"source": "branch:merging-2", "take": "mine"}""");
        using var stranger = await PostAsync("/run:merging/merges", """{"source": "run:kettle"}""");
        using var stale = await PostAsync("/run:merging/merges", """{"source": "branch:merging-2", "take": "ours", "expected_length": 1}""");
        (open.StatusCode, wrong.StatusCode, stranger.StatusCode, stale.StatusCode)
            .ShouldBe((HttpStatusCode.Conflict, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.Conflict));

        using var merged = await PostAsync(
            "/run:merging/merges",
            $$"""{"source": "branch:merging-2", "decisions": [{"kind": "object", "id": "a", "path": "/data/x", "value": 7}], "actor": "lead"}""");
        using var again = await PostAsync("/run:merging/merges", """{"source": "branch:merging-2"}""");

        merged.StatusCode.ShouldBe(HttpStatusCode.Created);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        var problem = await open.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("title").GetString().ShouldBe("Merge conflicts");
        problem.GetProperty("code").GetString().ShouldBe("merge_conflict");
        problem.GetProperty("length").GetInt64().ShouldBe(2);
        problem.GetProperty("conflicts").ToString().ShouldBe(preview.GetProperty("conflicts").ToString());
        problem.GetProperty("decisions").GetArrayLength().ShouldBe(0);
        (await merged.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("length").GetInt64().ShouldBe(4);
        (await GetAsync($"{Streams}/run:merging/object?id=a")).GetProperty("data").GetProperty("x").GetInt32().ShouldBe(7);
    }

    [Theory]
    [InlineData("null", "A decision must be a JSON object, but one is null.")]
    [InlineData("""{"kind": "object", "id": "a", "path": "/data/x", "value": {"k": ["\ud800"]}}""", "The decision on object 'a': '/k/0' of the value")]
    [InlineData("""{"kind": "object", "id": "a", "path": "/data/x", "take": "ours", "ours": "\ud800", "theirs": 3}""", "The decision on object 'a': the value")]
    [InlineData("""{"kind": "object", "id": "a", "path": "/data/x", "value": DEEP}""", "The body is not the expected JSON:")]
    [InlineData("""{"kind": "object", "id": "\ud800", "path": "/data/x", "take": "ours"}""", "The body is not the expected JSON:")]
    [InlineData("7", "The body is not the expected JSON:")]
    [InlineData(
        """{"kind": "object", "id": "a", "type": "T", "path": "/data/x/y", "take": "ours"}""",
        "The decision on object 'a' is about '/data/x/y', but '/data/x' is merged as one value here. Decide about that, or give the rule that the preview had: '--deep T/x'.")]
    public async Task Merge_WithADecisionThatIsNone_IsRefused(string decision, string sentence)
    {
        await ForkedAsync("hostile", "2", "3");
        var body = decision.Replace("DEEP", $"{new string('[', 600)}{new string(']', 600)}", StringComparison.Ordinal);

        using var refused = await PostAsync("/run:hostile/merges", $$"""{"source": "branch:hostile-2", "decisions": [{{body}}]}""");

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldStartWith(sentence);
    }

    [Theory]
    [InlineData("ours", "null", "3", "ours", "null")]
    [InlineData("theirs", "2", "null", "theirs", "null")]
    [InlineData("value", "2", "3", null, "null")]
    public async Task Merge_WithTheValueNull_IsDecidedAsListed(string id, string ours, string theirs, string? take, string expected)
    {
        await ForkedAsync($"null-{id}", ours, theirs);
        var preview = await GetAsync($"{Streams}/run:null-{id}/merge?source=branch:null-{id}-2");
        var conflict = JsonNode.Parse(preview.GetProperty("conflicts")[0].GetRawText())!.AsObject();
        conflict[take is null ? "value" : "take"] = take;

        using var merged = await PostAsync($"/run:null-{id}/merges", new JsonObject { ["source"] = $"branch:null-{id}-2", ["decisions"] = new JsonArray(conflict) }.ToJsonString());

        merged.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await GetAsync($"{Streams}/run:null-{id}/object?id=a")).GetProperty("data").GetProperty("x").GetRawText().ShouldBe(expected);
    }

    // A run and a branch that set x of an object differently.
    private async Task ForkedAsync(string id, string ours, string theirs)
    {
        string Patch(string value) => """{"events": [{"type": "object.patched", "data": {"id": "a", "patch": {"x": VALUE}}}]}""".Replace("VALUE", value, StringComparison.Ordinal);
        foreach (var (path, body) in new[]
        {
            ($"/run:{id}/events", """{"events": [{"type": "object.created", "data": {"id": "a", "type": "T", "data": {"x": 1}}}]}"""),
            ($"/run:{id}/branches", $$"""{"at": 1, "id": "{{id}}-2"}"""),
            ($"/run:{id}/events", Patch(ours)),
            ($"/branch:{id}-2/events", Patch(theirs)),
        })
        {
            (await PostAsync(path, body)).Dispose();
        }
    }
}
