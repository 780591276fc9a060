using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Ledger.Explorer.Tests.Api;
using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <summary>Projections are shown and rebuilt.</summary>
public sealed class ProjectionsTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private NpgsqlDataSource _dataSource = null!;
    private ExplorerHost _host = null!;

    public async Task InitializeAsync()
    {
        _database = await ExplorerDatabase.CreateAsync();
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
        _host = await ExplorerHost.StartAsync(
            new PostgresEventStore(_dataSource),
            options => options with { Writing = ExplorerWriting.Allowed },
            builder => builder.Services.AddSingleton(new ProjectionAdmin(_dataSource)));
        await SampleRun.WriteAsync(_host.Ledger);
    }

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _host.DisposeAsync();
        await _dataSource.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Page_ShowsWhatCanBeRebuilt()
    {
        var html = await _host.CreateClient().GetStringAsync("/ledger/projections");

        html.ShouldContain("There are no asynchronous projections.");
        html.ShouldContain("ledger:world");
        html.ShouldContain("value=\"rebuild\"");
    }

    [Fact]
    public async Task Page_ProjectionsOfMarten_CanBeRebuiltAndPausedByTheirApplication()
    {
        await using (var declare = _dataSource.CreateCommand(
            "insert into ledger.projection_shard (name, kind, state) values ('Board:All', 'marten', 'running'), ('Journal:All', 'marten inline', 'running')"))
        {
            await declare.ExecuteNonQueryAsync();
        }

        var client = _host.CreateClient();
        var html = await client.GetStringAsync("/ledger/projections");

        html.ShouldContain("aria-label=\"pause Board\"");
        html.ShouldContain("aria-label=\"rebuild Board\"");
        html.ShouldContain("aria-label=\"rebuild Journal\"");
        html.ShouldNotContain("aria-label=\"pause Journal\"");
        var listed = await client.GetFromJsonAsync<JsonElement>("/ledger/api/v1/projections");
        listed.GetProperty("rebuilds").EnumerateArray().Select(r => r.GetProperty("projection").GetString())
            .ShouldBe(["ledger:world", "ledger:task", "ledger:chrono", "ledger:runs", "Board", "Journal"]);
    }

    [Fact]
    public async Task Rebuild_Begun_GoesOnByItself_AndIsShown()
    {
        var client = _host.CreateClient();

        using var begun = await client.PostAsJsonAsync("/ledger/api/v1/projections/ledger:world/rebuild", new { });

        begun.StatusCode.ShouldBe(HttpStatusCode.Accepted, await begun.Content.ReadAsStringAsync());
        var state = "";
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (state != "done")
        {
            patience.Token.ThrowIfCancellationRequested();
            var listed = await client.GetFromJsonAsync<JsonElement>("/ledger/api/v1/projections");
            state = listed.GetProperty("rebuilds").EnumerateArray()
                .Single(r => r.GetProperty("projection").GetString() == "ledger:world").GetProperty("state").GetString();
            state.ShouldNotBe("failed");
        }

        (await client.GetStringAsync("/ledger/projections")).ShouldContain("done, ");
    }

    [Fact]
    public async Task Rebuild_Unknown_IsNotFound()
    {
        using var answer = await _host.CreateClient().PostAsJsonAsync("/ledger/api/v1/projections/nothing/rebuild", new { });

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("cannot be rebuilt here. Choose one of: ");
    }

    [Fact]
    public async Task Page_WithoutAnAdmin_SaysWhereOneComesFrom()
    {
        await using var host = await ExplorerHost.StartAsync(new MemoryEventStore());

        (await host.CreateClient().GetStringAsync("/ledger/projections")).ShouldContain("services.AddLedger()");
    }
}
