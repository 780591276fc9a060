using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Tenants;

/// <summary>Tenants from the command line: added, used by every command, migrated and moved.</summary>
public sealed class TenantsTests
{
    [Fact]
    public async Task Tenants_FromTheFirstToTheMove()
    {
        await using var master = await CliDatabase.CreateEmptyAsync();
        await using var acme = await CliDatabase.CreateEmptyAsync();
        await using var bolt = await CliDatabase.CreateEmptyAsync();
        await using var further = await CliDatabase.CreateEmptyAsync();
        var cli = new Cli { ConnectionString = master.ConnectionString };
        try
        {
            (await cli.RunAsync("tenants", "list")).ShouldBeRefused(
                1, "The database has no table of tenants ('mt_tenant_databases'). Name the one that has, or run 'ledger tenants add', which makes it.");
            (await cli.RunAsync("tenants", "add", "acme", acme.ConnectionString)).ShouldSucceed().ShouldBe($"The tenant 'acme' has the database '{PlaceOf(acme)}'.\n");
            (await cli.RunAsync("tenants", "add", "bolt", bolt.ConnectionString)).ShouldSucceed();
            (await cli.RunAsync("tenants", "add", "acme", further.ConnectionString)).ShouldBeRefused(
                1, $"The tenant 'acme' has the database '{PlaceOf(acme)}'. 'ledger tenants move' takes its log to another.");
            (await cli.RunAsync("tenants", "list", "--output", "csv")).ShouldSucceed().ShouldBe($"tenant,place\nacme,{PlaceOf(acme)}\nbolt,{PlaceOf(bolt)}\n");

            (await cli.RunAsync("run", "start", "--id", "same", "--tenant", "acme")).ShouldSucceed();
            (await cli.RunAsync("append", "same", "--type", "t", "--tenant", "acme")).ShouldSucceed();
            (await cli.JsonAsync("run", "list", "--tenant", "bolt")).ToString().ShouldNotContain("same");
            (await cli.RunAsync("status", "same", "--tenant", "acne")).ShouldBeRefused(1, "There is no tenant 'acne'. Did you mean 'acme'? 'ledger tenants list' shows all.");
            (await cli.RunAsync("tenants", "list", "--tenant", "acme")).ExitCode.ShouldBe(2);
            (await cli.JsonAsync("tenants", "migrate")).EnumerateArray().ShouldAllBe(outcome => outcome.GetProperty("is_done").GetBoolean());
            (await cli.JsonAsync("tenants", "list")).EnumerateArray().Select(tenant => tenant.GetProperty("tenant").GetString()).ShouldBe(["acme", "bolt"]);
            (await cli.RunAsync("tenants", "migrate")).ShouldSucceed().ShouldBe("acme  up to date\nbolt  up to date\n");

            (await cli.RunAsync("tenants", "move", "acme", further.ConnectionString)).ShouldSucceed()
                .ShouldContain($" are the same as in '{PlaceOf(acme)}', which refuses writes.\n");
            (await cli.JsonAsync("status", "same", "--tenant", "acme")).GetProperty("length").GetInt64().ShouldBe(1);
            (await new Cli { ConnectionString = acme.ConnectionString }.RunAsync("append", "same", "--type", "t")).ShouldBeRefused(
                1, "This log has moved to another database: nothing was written. Ask the map of tenants again.");
            (await cli.RunAsync("tenants", "remove", "acme")).ShouldSucceed();
            (await cli.RunAsync("tenants", "add", "thief", further.ConnectionString)).ShouldBeRefused(
                1, $"The tenants 'thief' and 'acme' have the same database '{PlaceOf(further)}', where each would see the log of the other. Give each its own.");
            (await cli.RunAsync("db", "path", "--tenant", "bolt")).ExitCode.ShouldBe(2);
            (await cli.RunAsync("status", "same", "--tenant", "acme")).ExitCode.ShouldBe(1);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
        }
    }

    private static string PlaceOf(TestDatabase database)
    {
        var parts = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        return $"{parts.Host}:{parts.Port}/{parts.Database}";
    }
}
