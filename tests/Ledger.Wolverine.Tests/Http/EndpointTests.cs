using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Wolverine.Tests.Http;

public sealed class MartenEndpointTests(MartenHttpApplication application) : EndpointTests(application), IClassFixture<MartenHttpApplication>
{
    [Fact]
    public async Task Aggregate_OfMartens_IsThatOfTheWholeHistory()
    {
        (await PostAsync<ThingAnswer>($"/shelves/{Id}", new NewThing("a"))).Before.ShouldBe(0);
        (await PostAsync<ThingAnswer>($"/shelves/{Id}", new NewThing("b"))).Before.ShouldBe(1);
        await PostAsync($"/forks/{Id}/{Id}/1");

        (await PostAsync<ThingAnswer>($"/shelves/branch:{Id}", new NewThing("c"))).Before.ShouldBe(1);
        var shelf = (await Http.GetFromJsonAsync<Shelf>($"/shelves/branch:{Id}"))!;
        (shelf.Id, shelf.Things).ShouldBe(($"branch:{Id}", 2));
        (await Http.GetFromJsonAsync<Shelf>($"/shelves/{Id}"))!.Things.ShouldBe(2);
        (await PostAsync($"/shelves/branch:{Id}-none", new NewThing("c"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}

public sealed class NativeEndpointTests(NativeHttpApplication application) : EndpointTests(application), IClassFixture<NativeHttpApplication>;

/// <summary>Endpoints of Wolverine that take a world, a run or an aggregate, on each engine.</summary>
public abstract class EndpointTests(HttpApplication application)
{
    protected string Id { get; } = Guid.NewGuid().ToString("N");

    protected HttpClient Http => application.Http;

    [Fact]
    public async Task World_EventsAreAppended_AndGetOnlyReads()
    {
        (await PostAsync<ThingAnswer>($"/runs/{Id}/things", new NewThing("a"))).Before.ShouldBe(0);
        (await PostAsync<ThingAnswer>($"/runs/{Id}/things", new NewThing("b"))).Before.ShouldBe(1);
        (await PostAsync<ThingAnswer>($"/runs/{Id}/things", new NewThing("b"))).Before.ShouldBe(2);

        (await Http.GetFromJsonAsync<string[]>($"/runs/{Id}/things")).ShouldBe(["a", "b"]);
        (await Http.GetFromJsonAsync<ThingAnswer>($"/runs/{Id}/length"))!.Before.ShouldBe(2);
        (await Http.GetFromJsonAsync<string[]>($"/runs/{Id}-none/things")).ShouldBe([]);
    }

    [Fact]
    public async Task Run_OfAnEndpointThatReturnsNothing_AppendsAndForks()
    {
        await PostAsync($"/runs/{Id}/things", new NewThing("a"));

        (await PostAsync($"/runs/{Id}/branches", new NewBranch(Id, 1))).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        (await Http.GetFromJsonAsync<string[]>($"/runs/branch:{Id}/things")).ShouldBe(["a"]);
        (await application.Ledger.GetRun(Id).ReadAllAsync()).Select(e => e.Type).ShouldBe(["object.created", "kit.loaded"]);
    }

    [Fact]
    public async Task Aggregate_OfTheContainer_IsGiven()
    {
        for (var i = 0; i < 3; i++)
        {
            (await PostAsync<ThingAnswer>($"/tallies/{Id}")).Before.ShouldBe(Math.Min(i, 2));
        }

        (await Http.GetFromJsonAsync<string[]>($"/runs/{Id}/things")).ShouldBe(["t-0", "t-1"]);
    }

    [Fact]
    public async Task Session_WritesSeveralRunsOrNone()
    {
        (await PostAsync($"/copies/{Id}/{Id}-other")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await PostAsync($"/copies/{Id}-same/{Id}-same")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);

        (await application.Ledger.GetRun($"{Id}-other").GetLengthAsync()).ShouldBe(new Position(1));
        (await application.Ledger.GetRun($"{Id}-same").GetLengthAsync()).ShouldBe(Position.Start);
    }

    [Fact]
    public async Task Refusals_BecomeProblemDetails()
    {
        await PostAsync($"/runs/{Id}/things", new NewThing("a"));

        (await RefusalAsync(PostAsync($"/forks/{Id}/{Id}/2"), 409, "Beyond the end")).GetProperty("length").GetInt64().ShouldBe(1);
        await RefusalAsync(PostAsync($"/runs/{Id}/branches", new NewBranch(Id, 7)), 409, "Beyond the end");
        await RefusalAsync(PostAsync($"/runs/branch:{Id}/things", new NewThing("a")), 404, "Not found");
        await RefusalAsync(Http.GetAsync($"/runs/branch:{Id}/things"), 404, "Not found");
        var overtaken = await RefusalAsync(PostAsync($"/runs/{Id}/overtaken"), 409, "Wrong expected version");
        (overtaken.GetProperty("expected").GetInt64(), overtaken.GetProperty("actual").GetInt64()).ShouldBe((1, 2));
        overtaken.GetProperty("detail").GetString()!.ShouldContain($"run:{Id}");
        (await application.Ledger.GetRun(Id).ReadAllAsync()).Select(e => e.Type).ShouldBe(["object.created", "kit.loaded"]);
    }

    [Fact]
    public async Task LockedRun_ExistsOrIsMade_ABranchIsNot()
    {
        (await PostAsync($"/locked/{Id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await RefusalAsync(PostAsync($"/locked/branch:{Id}"), 404, "Not found");

        (await application.Ledger.GetRun(Id).GetLengthAsync()).ShouldBe(new Position(1));
        (await application.Ledger.Store.GetStreamAsync(StreamName.Branch(Id))).ShouldBeNull();
    }

    protected Task<HttpResponseMessage> PostAsync(string path, object? body = null) =>
        body is null ? Http.PostAsync(path, null) : Http.PostAsJsonAsync(path, body);

    protected async Task<T> PostAsync<T>(string path, object? body = null)
    {
        var response = await PostAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{response.StatusCode}: {text}");
        return JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!;
    }

    private static async Task<JsonElement> RefusalAsync(Task<HttpResponseMessage> answer, int status, string title)
    {
        var response = await answer;
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, text);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("title").GetString().ShouldBe(title);
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        return problem;
    }
}
