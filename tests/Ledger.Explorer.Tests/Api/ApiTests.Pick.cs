using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

public abstract partial class ApiTests
{
    [Fact]
    public async Task Pick_WithoutACause_IsRefusedWithTheListAndThenIncluded()
    {
        await BranchedAsync("picking");

        var preview = await GetAsync($"{Streams}/run:picking/pick?source=branch:picking-2&events=b2");
        using var refused = await PostAsync("/run:picking/picks", """{"source": "branch:picking-2", "events": ["b2"]}""");
        using var open = await PostAsync("/run:picking/picks", """{"source": "branch:picking-2", "events": ["b2"], "causes": "include"}""");
        using var wrong = await PostAsync("/run:picking/picks", """{"source": "branch:picking-2", "events": ["b2"], "causes": "all"}""");
        using var unknown = await PostAsync("/run:picking/picks", """{"source": "branch:picking-2", "events": ["b9", null]}""");
        using var picked = await PostAsync(
            "/run:picking/picks", """{"source": "branch:picking-2", "events": ["b2"], "causes": "include", "take": "theirs", "actor": "lead", "expected_length": 2}""");
        using var again = await PostAsync("/run:picking/picks", """{"source": "branch:picking-2", "events": ["b1", "b2"]}""");

        var missing = preview.GetProperty("missing").EnumerateArray().ShouldHaveSingleItem();
        missing.GetProperty("type").GetString().ShouldBe("object.created");
        (refused.StatusCode, open.StatusCode, wrong.StatusCode, unknown.StatusCode, picked.StatusCode, again.StatusCode).ShouldBe(
            (HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.Created, HttpStatusCode.OK));
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        (problem.GetProperty("title").GetString(), problem.GetProperty("missing").ToString()).ShouldBe(("Causes are missing", preview.GetProperty("missing").ToString()));
        (await open.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("conflicts").GetArrayLength().ShouldBe(1);
        (await picked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("length").GetInt64().ShouldBe(5);
        (await GetAsync($"{Streams}/run:picking/object?id=a")).GetProperty("data").GetProperty("x").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task Rebase_OfABranch_LeavesOutWhatIsInConflict()
    {
        await BranchedAsync("basing");

        var preview = await GetAsync($"{Streams}/branch:basing-2/rebase?onto=run:basing");
        using var rebased = await PostAsync("/branch:basing-2/rebases", """{"onto": "run:basing", "id": "basing-3", "actor": "lead"}""");
        using var squashed = await PostAsync("/branch:basing-2/rebases", """{"onto": "run:basing", "id": "basing-4", "mode": "squash", "take": "theirs"}""");
        using var taken = await PostAsync("/branch:basing-2/rebases", """{"onto": "run:basing", "id": "basing-3"}""");
        using var wrong = await PostAsync("/branch:basing-2/rebases", """{"onto": "run:basing", "mode": "all"}""");
        using var itself = await PostAsync("/branch:basing-2/rebases", """{"onto": "branch:basing-2"}""");

        preview.GetProperty("carried").EnumerateArray().Select(e => e.GetProperty("outcome").GetString()).ShouldBe(["written", "conflict"]);
        (rebased.StatusCode, squashed.StatusCode, taken.StatusCode, wrong.StatusCode, itself.StatusCode).ShouldBe(
            (HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.Conflict, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest));
        (await rebased.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("branch").GetString().ShouldBe("branch:basing-3");
        (await GetAsync($"{Streams}/branch:basing-3/object?id=a")).GetProperty("data").GetProperty("x").GetInt32().ShouldBe(2);
        (await GetAsync($"{Streams}/branch:basing-4/object?id=a")).GetProperty("data").GetProperty("x").GetInt32().ShouldBe(3);
    }

    // A run and a branch that set x of an object differently; the branch did so because of an object that it made.
    private async Task BranchedAsync(string id)
    {
        foreach (var (path, body) in new[]
        {
            ($"/run:{id}/events", """{"events": [{"type": "object.created", "data": {"id": "a", "type": "T", "data": {"x": 1}}}]}"""),
            ($"/run:{id}/branches", $$"""{"at": 1, "id": "{{id}}-2"}"""),
            ($"/run:{id}/events", """{"events": [{"type": "object.patched", "actor": "lead", "data": {"id": "a", "patch": {"x": 2}}}]}"""),
            ($"/branch:{id}-2/events", """
                {"events": [
                    {"id": "b1", "type": "object.created", "actor": "scout", "data": {"id": "b", "type": "T"}},
                    {"id": "b2", "type": "object.patched", "actor": "scout", "cause": ["b1"], "data": {"id": "a", "patch": {"x": 3}}}]}
                """),
        })
        {
            using var written = await PostAsync(path, body);
            written.StatusCode.ShouldBe(HttpStatusCode.Created);
        }
    }
}
