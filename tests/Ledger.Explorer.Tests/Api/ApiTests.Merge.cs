using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
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
        (await merged.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("length").GetInt64().ShouldBe(4);
        (await GetAsync($"{Streams}/run:merging/object?id=a")).GetProperty("data").GetProperty("x").GetInt32().ShouldBe(7);
    }
}
