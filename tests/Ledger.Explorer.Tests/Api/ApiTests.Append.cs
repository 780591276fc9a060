using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

public abstract partial class ApiTests
{
    [Fact]
    public async Task Append_WhatTheWorldDoesNotTake_IsRefusedUnlessValidationIsOff()
    {
        const string line = """{"type": "object.patched", "data": {"id": "ghost", "patch": {}}}""";
        const string body = """{"events": [{"type": "kit.loaded", "data": {}}, """ + line + "]}";
        using var refused = await PostAsync("/run:judged/events", body);
        using var lines = await _client.PostAsync($"{Streams}/run:judged/events", new StringContent(line, Encoding.UTF8, "application/x-ndjson"));
        using var taken = await PostAsync("/run:judged/events?validate=off", body);

        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        lines.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        (problem.GetProperty("position").GetInt64(), problem.GetProperty("reason").GetString()).ShouldBe((1, "unknown_object"));
        problem.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain(
            " cannot be applied to the world: object.patched names the object 'ghost', which does not exist there (unknown_object). Nothing was written to 'run:judged'.");
        taken.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await taken.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("length").GetInt64().ShouldBe(2);
    }

    [Fact]
    public async Task Append_HalfOfASurrogatePair_IsRefusedWithItsPlace()
    {
        using var answer = await PostAsync("/run:half/events", "{\"events\": [{\"type\": \"a\", \"data\": {}},\n {\"type\": \"a\",\n \"data\": {\"text\": \"\\ud83d\"}}]}");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().ShouldBe(
            "Line 2: '/text' of 'data' holds half of a surrogate pair, which is not a character. Cut text between characters, not within one.");
    }

    [Fact]
    public async Task Append_NameNearABuiltInOne_IsTakenWithANote()
    {
        using var near = await PostAsync("/run:near/events", """{"events": [{"type": "object.create", "data": {}}, {"type": "object.create", "data": {}}]}""");
        using var far = await PostAsync("/run:near/events", """{"events": [{"type": "kettle.created", "data": {}}]}""");

        near.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await near.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("notes").EnumerateArray().ShouldHaveSingleItem().GetString().ShouldBe(
            "'object.create' is not a built-in event, and means nothing to worlds and calls; the built-in one is 'object.created'.");
        (await far.Content.ReadFromJsonAsync<JsonElement>()).TryGetProperty("notes", out _).ShouldBeFalse();
    }
}
