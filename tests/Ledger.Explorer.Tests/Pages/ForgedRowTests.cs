using System.Net;
using Ledger.Records;
using Ledger.Explorer.Tests.Api;
using Ledger.Postgres;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <summary>Rows of records that were changed in the database are never shown as what a chain vouches for.</summary>
public sealed class ForgedRowTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private NpgsqlDataSource _dataSource = null!;
    private ExplorerHost _host = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _database = await ExplorerDatabase.CreateAsync();
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
        _host = await ExplorerHost.StartAsync(new PostgresEventStore(_dataSource));
        _client = _host.CreateClient();
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _dataSource.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Project_RowsChanged_AreShownAsDiffering()
    {
        (string Sql, string Reason)[] forgeries =
        [
            ("update ledger.chrono_record set text = replace(text, 'Says 2', 'Said 2') where stream = $1 and id = 'R-2'", "The row of the record 'R-2' differs from what seq 2 wrote."),
            ("update ledger.chrono_record set status = 'gone' where stream = $1 and id = 'R-2'", "The row of the record 'R-2' differs from what seq 2 wrote."),
            ("delete from ledger.chrono_record where stream = $1 and id = 'R-2'", "The row of the record that seq 2 wrote is missing."),
            ("update ledger.chrono_change set applied = false where stream = $1 and version = 2", "The history of the record 'R-2' differs from the log."),
        ];
        foreach (var ((sql, reason), i) in forgeries.Select((f, i) => (f, i)))
        {
            await FillAsync($"p{i}");
            (await PageAsync($"p{i}")).ShouldContain("✓ The chain is valid");
            await ForgeAsync($"p{i}", sql);

            var html = await PageAsync($"p{i}");
            html.ShouldNotContain("The chain is valid");
            html.ShouldContain("✗ Rows differ from the log");
            html.ShouldContain(reason);
        }

        _host.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Record_RowChanged_IsShownAsDiffering_AndOthersAreNot()
    {
        await FillAsync("one");
        (await RecordAsync("one", "R-2")).ShouldContain("✓ Its row and its history match the events of the chain, which is valid.");
        await ForgeAsync("one", "update ledger.chrono_record set text = replace(text, 'Says 2', 'Said 2') where stream = $1 and id = 'R-2'");

        var html = await RecordAsync("one", "R-2");
        html.ShouldContain("✗ It differs from the log");
        html.ShouldContain("The row of the record 'R-2' differs from what seq 2 wrote.");
        html.ShouldNotContain("✓");
        (await RecordAsync("one", "R-1")).ShouldContain("✓ Its row");
    }

    [Fact]
    public async Task Project_RowThatIsNoRecord_IsNamed()
    {
        await FillAsync("none");
        await ForgeAsync("none", "update ledger.chrono_record set text = 'x' where stream = $1 and id = 'R-2'");

        using var answer = await _client.GetAsync("/ledger/project?project=none");
        var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        html.ShouldNotContain("The chain is valid");
        html.ShouldContain("The row of the record 'R-2' was changed by hand");
    }

    private async Task FillAsync(string project)
    {
        await using var store = new ChronoStore(_host.Ledger.Store, project);
        for (var i = 1; i <= 3; i++)
        {
            await store.UpsertAsync(new ChronoRecord { Id = $"R-{i}", Kind = "fact", Label = $"Says {i}" });
        }
    }

    private async Task ForgeAsync(string project, string sql)
    {
        await using var command = _dataSource.CreateCommand(sql);
        command.Parameters.AddWithValue($"chrono:{project}");
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
    }

    private async Task<string> RecordAsync(string project, string id) =>
        WebUtility.HtmlDecode(await _client.GetStringAsync($"/ledger/record?project={project}&id={id}"));

    private async Task<string> PageAsync(string project) => WebUtility.HtmlDecode(await _client.GetStringAsync($"/ledger/project?project={project}"));
}
