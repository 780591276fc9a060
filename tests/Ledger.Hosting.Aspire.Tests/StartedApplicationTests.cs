using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Hosting.Aspire.Tests;

/// <summary>An application with a log, as Aspire itself builds, starts and stops it.</summary>
public sealed class StartedApplicationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Nothing is started for this: neither the orchestrator nor an engine is needed.</summary>
    [Fact]
    public async Task Commands_OfABuiltApplication_WorkOnItsDatabase()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var builder = CreateBuilder();
        var ledger = builder.AddPostgres("pg").At(ServerOf(database)).AddDatabase("ledger-db", NameOf(database)).AddLedger("ledger");
        await using var application = await builder.BuildAsync();
        async Task<(bool, string?)> ExecuteAsync(string command)
        {
            var result = await application.ResourceCommands.ExecuteCommandAsync(ledger.Resource, command);
            return (result.Success, result.Message);
        }

        (await ledger.Resource.ConnectionStringExpression.GetValueAsync(default))!.ShouldEndWith($"Database={NameOf(database)}");
        var (ready, fault) = await ExecuteAsync("verify");
        ready.ShouldBeFalse();
        fault!.ShouldContain("ledger migrate apply");
        (await ExecuteAsync("migrate")).ShouldBe((true, "The schema is up to date."));
        (await ExecuteAsync("verify")).ShouldBe((true, "The schema is as expected, and the log can number events."));
        (await ExecuteAsync("rebuild")).Item1.ShouldBeTrue();
    }

    [Orchestrator.Fact]
    public async Task Start_OnARunningServer_MigratesAndServesTheExplorer()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var builder = CreateBuilder();
        builder.AddPostgres("pg").At(ServerOf(database)).AddDatabase("ledger-db", NameOf(database)).AddLedger("ledger", command: Orchestrator.Ledger);

        await StartAndAskAsync(builder);
    }

    [Orchestrator.ContainerFact]
    public async Task Start_WithAContainer_MigratesAndServesTheExplorer()
    {
        await using var builder = CreateBuilder();
        builder.AddPostgres("pg").AddLedger("ledger", command: Orchestrator.Ledger);

        await StartAndAskAsync(builder);
    }

    private static async Task StartAndAskAsync(IDistributedApplicationTestingBuilder builder)
    {
        using var patience = new CancellationTokenSource(Patience);
        await using var application = await builder.BuildAsync(patience.Token);
        await application.StartAsync(patience.Token);
        var running = await application.ResourceNotifications.WaitForResourceAsync(
            "ledger", resource => resource.Snapshot is { State.Text: "Running", Urls: [{ IsInactive: false }] }, patience.Token);

        var link = running.Snapshot.Urls.ShouldHaveSingleItem();
        (link.Name, link.DisplayProperties.DisplayName).ShouldBe(("explorer", "Explorer"));
        new Uri(link.Url).ShouldBe(application.GetEndpoint("ledger", "explorer"));
        running.Snapshot.Commands.Where(command => command.Name is "migrate" or "verify" or "rebuild").Select(command => command.State)
            .ShouldBe([ResourceCommandState.Enabled, ResourceCommandState.Enabled, ResourceCommandState.Enabled]);

        // The client of the testing host gives up after ten seconds, which a busy machine may need.
        using var explorer = new HttpClient { BaseAddress = application.GetEndpoint("ledger", "explorer"), Timeout = Patience };
        (await explorer.GetStringAsync(new Uri("/", UriKind.Relative), patience.Token)).ShouldContain("<title>");
        (await explorer.GetAsync(new Uri("/api/v1/runs", UriKind.Relative), patience.Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await application.ResourceCommands.ExecuteCommandAsync("ledger", "verify", patience.Token)).Success.ShouldBeTrue("The schema was updated before the start.");
        await application.StopAsync(patience.Token);
    }

    private static IDistributedApplicationTestingBuilder CreateBuilder()
    {
        var builder = DistributedApplicationTestingBuilder.Create([], static (options, _) => options.DisableDashboard = true);
        // What it logs would be most of what a test run prints.
        builder.Services.AddLogging(static logging => logging.ClearProviders());
        return builder;
    }

    private static string ServerOf(TestDatabase database) => new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = null }.ConnectionString;

    private static string NameOf(TestDatabase database) => new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!;
}
