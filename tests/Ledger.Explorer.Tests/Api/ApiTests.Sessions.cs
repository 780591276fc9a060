using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Ledger.Events;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

public abstract partial class ApiTests
{
    private const string Sessions = Base + "/sessions";

    [Fact]
    public async Task Session_IsWrittenReadAndContinued()
    {
        using var first = await AppendAsync("shop/a%20b", """{"id": "1", "entry": {"type": "user", "text": "Wann kocht Wasser? 🫖"}}""", """{"id": "2", "entry": {"type": "assistant", "parts": [1, null]}}""");
        using var second = await AppendAsync("shop/a%20b", """{"id": "3", "entry": "a text"}""", """{"entry": 7}""");

        (first.StatusCode, second.StatusCode).ShouldBe((HttpStatusCode.Created, HttpStatusCode.Created));
        var appended = await second.Content.ReadFromJsonAsync<JsonElement>();
        (appended.GetProperty("stream").GetString(), appended.GetProperty("written").GetInt32(), appended.GetProperty("length").GetInt64()).ShouldBe(("run:sessions/shop/a b", 2, 4));

        var page = await GetAsync($"{Sessions}/shop/a%20b/entries?limit=3");
        IdsOf(page).ShouldBe(["1", "2", "3"]);
        page.GetProperty("session_entries")[0].GetProperty("entry").GetProperty("text").GetString().ShouldBe("Wann kocht Wasser? 🫖");
        var rest = await GetAsync($"{Sessions}/shop/a%20b/entries?from={page.GetProperty("next")}");
        rest.GetProperty("session_entries")[0].GetProperty("entry").GetInt32().ShouldBe(7);
        rest.TryGetProperty("next", out _).ShouldBeFalse();
        (await GetAsync($"{Streams}/run:sessions%2Fshop%2Fa%20b")).GetProperty("length").GetInt64().ShouldBe(4);
    }

    [Fact]
    public async Task Session_EntriesSentAgain_AreWrittenOnce()
    {
        const string one = """{"id": "1", "entry": {"n": 1}}""";
        const string two = """{"id": "2", "entry": {"n": 2}}""";
        const string three = """{"id": "3", "entry": {"n": 3}}""";
        using var first = await AppendAsync("again/s", one, two);
        using var whole = await AppendAsync("again/s", one, two);
        using var overlapping = await AppendAsync("again/s", two, two, three);
        using var changed = await AppendAsync("again/s", """{"id": "2", "entry": {"n": 20}}""", """{"id": "4", "entry": {}}""");
        using var elsewhere = await AppendAsync("again/t", one);

        (whole.StatusCode, overlapping.StatusCode, changed.StatusCode, elsewhere.StatusCode)
            .ShouldBe((HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.Conflict, HttpStatusCode.Created));
        var added = await overlapping.Content.ReadFromJsonAsync<JsonElement>();
        (added.GetProperty("written").GetInt32(), added.GetProperty("already_written").GetInt32()).ShouldBe((1, 2));
        IdsOf(await GetAsync($"{Sessions}/again/s/entries")).ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public async Task Session_OneRequestWithTwoContentsOfAnId_IsRefused()
    {
        using var refused = await AppendAsync("double/s", """{"id": "a", "entry": {"n": 1}}""", """{"id": "b", "entry": 2}""", """{"id": "a", "entry": {"n": 2}}""");
        using var missing = await _client.GetAsync($"{Sessions}/double/s/entries");
        using var same = await AppendAsync("double/s", """{"id": "a", "entry": {"n": 1, "m": 2}}""", """{"id": "a", "entry": {"m": 2, "n": 1.0}}""");

        (refused.StatusCode, missing.StatusCode, same.StatusCode).ShouldBe((HttpStatusCode.Conflict, HttpStatusCode.NotFound, HttpStatusCode.Created));
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().ShouldBe(
            "Two of the entries have the id 'a' and different content. Nothing was written; give each entry its own id.");
        var added = await same.Content.ReadFromJsonAsync<JsonElement>();
        (added.GetProperty("written").GetInt32(), added.GetProperty("already_written").GetInt32()).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Session_WritersAtOnce_KeepEveryEntryOnce()
    {
        var entries = Enumerable.Range(0, 20).Select(i => $$"""{"id": "{{i}}", "entry": {{i}}}""").ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).SelectMany(_ => Enumerable.Range(0, 5)).Select(i => AppendAsync("many/s", entries[..(4 * (i + 1))])));

        answers.ShouldAllBe(answer => answer.IsSuccessStatusCode);
        IdsOf(await GetAsync($"{Sessions}/many/s/entries")).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Sessions_AreListedByProject()
    {
        foreach (var session in new[] { "lists/s-1", "lists/s-2", "lists/t%2Fsub%25", "lists%2Fx/s", "listsx/s" })
        {
            using var written = await AppendAsync(session, """{"entry": {}}""");
        }

        var first = await GetAsync($"{Sessions}/lists?limit=2");
        first.GetProperty("sessions").EnumerateArray().Select(s => s.GetProperty("session").GetString()).ShouldBe(["s-1", "s-2"]);
        var rest = await GetAsync($"{Sessions}/lists?after={Uri.EscapeDataString(first.GetProperty("next").GetString()!)}");
        var last = rest.GetProperty("sessions").EnumerateArray().ShouldHaveSingleItem();
        (last.GetProperty("project").GetString(), last.GetProperty("session").GetString(), last.GetProperty("length").GetInt64()).ShouldBe(("lists", "t/sub%", 1));
        IdsOf(await GetAsync($"{Sessions}/lists/t%2Fsub%25/entries")).Count().ShouldBe(1);
        (await GetAsync($"{Sessions}/lists?prefix=t%2F")).GetProperty("sessions").GetArrayLength().ShouldBe(1);
        (await GetAsync($"{Sessions}/nothing")).GetProperty("sessions").GetArrayLength().ShouldBe(0);
        (await GetAsync(Sessions)).GetProperty("sessions").EnumerateArray().Select(s => s.GetProperty("project").GetString()).ShouldContain("lists/x");
    }

    [Fact]
    public async Task Session_OtherEventsOfItsRun_AreNoEntries()
    {
        using var written = await AppendAsync("mixed/s", """{"id": "1", "entry": {}}""");
        await (await _host.Ledger.OpenAsync(new StreamName("run:sessions/mixed/s"))).AppendAsync([new UntypedEvent("note", JsonElement.Parse("{}"))]);
        using var more = await AppendAsync("mixed/s", """{"id": "2", "entry": {}}""");

        IdsOf(await GetAsync($"{Sessions}/mixed/s/entries")).ShouldBe(["1", "2"]);
    }

    [Theory]
    [InlineData("""{"entries": [7]}""", "'entries[0]' must be an object with 'entry', and an 'id' if it may be sent again.")]
    [InlineData("""{"entries": [{"id": "1"}]}""", "'entries[0]' must be an object with 'entry', and an 'id' if it may be sent again.")]
    [InlineData("""{"entries": [{"entry": 1}, {"id": 7, "entry": 1}]}""", "'entries[1].id' must be a text of at least one character.")]
    [InlineData("""{"entries": [{"id": "\ud800", "entry": 1}]}""", "'entries[0].id' must be a text of at least one character.")]
    [InlineData("""{"entries": {}}""", "'entries' must be JSON of the kind Array, but was Object.")]
    [InlineData("{}", "The body lacks 'entries', an array.")]
    public async Task Session_MalformedEntries_AreRefused(string body, string sentence)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var refused = await _client.PostAsync($"{Sessions}/bad/s/entries", content);

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().ShouldBe(sentence);
        using var missing = await _client.GetAsync($"{Sessions}/bad/s/entries");
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<HttpResponseMessage> AppendAsync(string session, params string[] entries)
    {
        using var content = new StringContent($$"""{"entries": [{{string.Join(',', entries)}}]}""", Encoding.UTF8, "application/json");
        return await _client.PostAsync($"{Sessions}/{session}/entries", content);
    }

    private static IEnumerable<string> IdsOf(JsonElement page) => page.GetProperty("session_entries").EnumerateArray().Select(e => e.GetProperty("id").GetString()!);
}
