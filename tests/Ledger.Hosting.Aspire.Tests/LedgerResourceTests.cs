using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Hosting.Aspire.Tests;

/// <summary>What an application gets from <c>AddLedger</c>, without starting it: that needs an engine of containers.</summary>
public sealed class LedgerResourceTests
{
    [Fact]
    public async Task AddLedger_OnAServer_HasADatabaseAnExplorerAndCommands()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        // sample: aspire
        var ledger = builder.AddPostgres("pg").AddLedger("ledger");
        // end of sample

        var (resource, database) = (ledger.Resource, builder.Resources.OfType<PostgresDatabaseResource>().ShouldHaveSingleItem());
        builder.Resources.Select(r => r.Name).ShouldBe(["pg", "ledger-db", "ledger"], ignoreOrder: true);
        (database.Name, database.DatabaseName, resource.Database).ShouldBe(("ledger-db", "ledger", database));
        resource.ConnectionStringExpression.ValueExpression.ShouldBe(database.ConnectionStringExpression.ValueExpression);

        var endpoint = resource.Annotations.OfType<EndpointAnnotation>().ShouldHaveSingleItem();
        (endpoint.Name, endpoint.UriScheme, endpoint.IsExternal).ShouldBe(("explorer", "http", false));
        var urls = new List<ResourceUrlAnnotation> { new() { Url = "http://localhost:1", Endpoint = resource.ExplorerEndpoint } };
        foreach (var url in resource.Annotations.OfType<ResourceUrlsCallbackAnnotation>())
        {
            await url.Callback(new ResourceUrlsCallbackContext(builder.ExecutionContext, resource, urls));
        }

        urls.ShouldHaveSingleItem().DisplayText.ShouldBe("Explorer");
        var arguments = new List<object>();
        foreach (var argument in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await argument.Callback(new CommandLineArgsCallbackContext(arguments));
        }

        arguments.Select(a => a is EndpointReferenceExpression port ? $"{port.Endpoint.EndpointName}:{port.Property}" : a).ShouldBe(["serve", "--port", "explorer:TargetPort"]);
        resource.Annotations.OfType<ResourceCommandAnnotation>().Select(c => c.Name).ShouldBe(["migrate", "verify", "rebuild"], ignoreOrder: true);
        resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource).ShouldContain(database);
    }

    [Fact]
    public void AddLedger_OnADatabase_UsesIt()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        var database = builder.AddPostgres("pg").AddDatabase("shop");

        var ledger = database.AddLedger("ledger", command: "/opt/ledger");

        (ledger.Resource.Database, ledger.Resource.Command).ShouldBe((database.Resource, "/opt/ledger"));
        // Aspire's analyzer refuses what it sees.
        var nameless = new string([]);
        Should.Throw<ArgumentException>(() => database.AddLedger(nameless));
    }

    [Fact]
    public async Task Operations_MigrateVerifyAndRebuildALog()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        var address = database.ConnectionString;

        (await Should.ThrowAsync<Exception>(() => LedgerOperations.VerifyAsync(address, default))).Message.ShouldContain("ledger migrate apply");
        (await LedgerOperations.MigrateAsync(address, default)).ShouldBe("The schema is up to date.");
        (await LedgerOperations.VerifyAsync(address, default)).ShouldBe("The schema is as expected, and the log can number events.");
        (await LedgerOperations.RebuildAsync(address, default)).ShouldContain("world");

        await using (var source = NpgsqlDataSource.Create(address))
        await using (var command = source.CreateCommand("drop function ledger.append_v1 cascade"))
        {
            await command.ExecuteNonQueryAsync();
        }

        (await Should.ThrowAsync<Exception>(() => LedgerOperations.VerifyAsync(address, default))).Message.ShouldContain("append_v1");
        (await LedgerOperations.MigrateAsync(address, default)).ShouldBe("The schema is up to date.");
        (await LedgerOperations.VerifyAsync(address, default)).ShouldStartWith("The schema is as expected");
    }
}
