using System.Net;
using System.Text.Json;
using Ledger.Records;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <summary>Record stores: what they have, whether the chain holds, what happened to a record.</summary>
public sealed class ProjectsTests : IAsyncLifetime
{
    private const string Hostile = "<script>alert(1)</script>";

    private ExplorerHost _host = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await ExplorerHost.InMemoryAsync();
        _client = _host.CreateClient();
        await using var store = new ChronoStore(_host.Ledger.Store, "kettle");
        await store.UpsertAsync(Record("req-1", "requirement", "It boils."));
        await store.UpsertAsync(Record("req-1", "requirement", "It boils within three minutes."));
        await store.UpsertAsync(Record("test-1", "testcase", Hostile));
    }

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Project_ShowsItsRecordsAndThatTheChainHolds()
    {
        (await _client.GetStringAsync("/ledger/projects")).ShouldContain(">kettle</a>");
        var html = WebUtility.HtmlDecode(await _client.GetStringAsync("/ledger/project?project=kettle"));

        html.ShouldContain("✓ The chain is valid");
        html.ShouldContain("It boils within three minutes.");
        (await _client.GetStringAsync("/ledger/project?project=kettle")).ShouldNotContain(Hostile);
    }

    [Fact]
    public async Task Project_Filtered_ShowsThoseAlone()
    {
        var html = await _client.GetStringAsync("/ledger/project?project=kettle&record_kind=testcase");

        html.ShouldContain(">test-1</a>");
        html.ShouldNotContain(">req-1</a>");
        (await _client.GetStringAsync("/ledger/project?project=kettle&status=gone")).ShouldContain("No record matches.");
    }

    [Fact]
    public async Task Record_ShowsWhatHappenedToIt_AndAsItWas()
    {
        (await _client.GetStringAsync("/ledger/record?project=kettle&id=req-1")).ShouldContain("It boils within three minutes.");
        (await _client.GetStringAsync("/ledger/record?project=kettle&id=req-1&at=1")).ShouldContain("As it was after event 1 of the chain.");
    }

    [Fact]
    public async Task Api_Answers()
    {
        var records = JsonDocument.Parse(await _client.GetStringAsync("/ledger/api/v1/projects/kettle/records")).RootElement;
        records.GetArrayLength().ShouldBe(2);
        var record = JsonDocument.Parse(await _client.GetStringAsync("/ledger/api/v1/projects/kettle/record?id=req-1&at=1")).RootElement;
        record.GetProperty("label").GetString().ShouldBe("It boils.");
        (await _client.GetStringAsync("/ledger/api/v1/projects/kettle/history?id=req-1")).TrimEnd('\n').Split('\n').Length.ShouldBe(2);
        JsonDocument.Parse(await _client.GetStringAsync("/ledger/api/v1/projects/kettle/verify")).RootElement
            .GetProperty("chain_valid").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("/ledger/project?project=nobody", HttpStatusCode.NotFound)]
    [InlineData("/ledger/project", HttpStatusCode.BadRequest)]
    [InlineData("/ledger/project?project=kettle&min_confidence=2", HttpStatusCode.BadRequest)]
    [InlineData("/ledger/record?project=kettle&id=nothing", HttpStatusCode.NotFound)]
    [InlineData("/ledger/api/v1/projects/nobody/records", HttpStatusCode.NotFound)]
    public async Task Request_Wrong_IsAClear4xx(string path, HttpStatusCode status) =>
        (await _client.GetAsync(path)).StatusCode.ShouldBe(status);

    private static ChronoRecord Record(string id, string kind, string label) => new()
    {
        Id = id,
        Kind = kind,
        Label = label,
        Status = "active",
        Data = JsonSerializer.SerializeToElement(new { text = label }),
    };
}
