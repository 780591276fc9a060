using System.Net;
using System.Text.Json;
using Ledger.Conformance.Projections;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <summary>Projections followed over a stream: built-in ones, and those that the application declares.</summary>
public sealed class ProjectionStepsTests : IAsyncLifetime
{
    private ExplorerHost _host = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await ExplorerHost.StartAsync(new MemoryEventStore([ProjectionSamples.Tallies]));
        _client = _host.CreateClient();
        await SampleRun.WriteAsync(_host.Ledger);
        await _host.Ledger.Store.AppendAsync(new StreamName("order:1"), ExpectedVersion.NoStream, [new KitLoaded("a kit")]);
    }

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Page_OfAWorld_ShowsWhatEachEventChanged()
    {
        var html = await _client.GetStringAsync("/ledger/projections/step?stream=run:kettle&projection=world");

        html.ShouldContain("<option value=\"tally\">tally</option>");
        html.ShouldContain("<option value=\"ledger:world\" selected>ledger:world</option>");
        html.ShouldContain("id=\"p0\"");
        html.ShouldContain("changes nothing");
        html.ShouldContain("<code>/data/");
        html.ShouldContain("all of it");
        html.ShouldContain("State before and after");
    }

    [Fact]
    public async Task Api_TurnedByNext_HasEveryStepOnce()
    {
        var positions = new List<long>();
        JsonElement page;
        var from = 0L;
        do
        {
            page = JsonElement.Parse(await _client.GetStringAsync($"/ledger/api/v1/streams/branch:kettle-strict/projections/tally/steps?limit=3&from={from}"));
            positions.AddRange(page.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("position").GetInt64()));
            from = page.GetProperty("next").GetInt64();
        }
        while (!page.GetProperty("is_last").GetBoolean());

        var length = await (await _host.Ledger.OpenAsync(SampleRun.Branch)).GetLengthAsync();
        positions.ShouldBe(Enumerable.Range(0, (int)length.Value).Select(n => (long)n));
    }

    [Fact]
    public async Task Api_WithAnEnd_IsLastThere()
    {
        foreach (var (from, isLast) in new[] { (0, false), (1, true), (2, true) })
        {
            var page = JsonElement.Parse(await _client.GetStringAsync($"/ledger/api/v1/streams/run:kettle/projections/world/steps?limit=1&to=2&from={from}"));
            page.GetProperty("is_last").GetBoolean().ShouldBe(isLast);
            page.GetProperty("next").GetInt64().ShouldBe(Math.Min(from + 1, 2));
        }
    }

    [Fact]
    public async Task Stream_OfTheApplication_HasItsProjectionsAlone()
    {
        (await _client.GetStringAsync("/ledger/api/v1/streams/order:1/projections")).ShouldBe("""{"stream":"order:1","projections":[]}""");
        (await _client.GetStringAsync("/ledger/projections/step?stream=order:1")).ShouldContain("No projection that can be followed handles this stream.");
        (await _client.GetStringAsync("/ledger/projections/step?projection=tally")).ShouldContain("Choose a stream");
    }

    [Theory]
    [InlineData("/ledger/projections/step?stream=run:kettle&projection=nothing", HttpStatusCode.NotFound)]
    [InlineData("/ledger/projections/step?stream=run:nobody", HttpStatusCode.NotFound)]
    [InlineData("/ledger/projections/step?stream=run:kettle&from=999", HttpStatusCode.NotFound)]
    [InlineData("/ledger/projections/step?stream=run:kettle&limit=0", HttpStatusCode.BadRequest)]
    [InlineData("/ledger/api/v1/streams/run:kettle/projections/ledger:task/steps", HttpStatusCode.NotFound)]
    [InlineData("/ledger/api/v1/streams/run:kettle/projections/world/steps?from=3&to=2", HttpStatusCode.BadRequest)]
    public async Task Address_ThatHasNothing_IsRefused(string address, HttpStatusCode status) =>
        (await _client.GetAsync(address)).StatusCode.ShouldBe(status);
}
