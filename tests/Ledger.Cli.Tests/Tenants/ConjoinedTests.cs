using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Cli.Tests.Bus;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Tenants;

/// <summary>A schema with the logs of many tenants, from the command line.</summary>
public sealed partial class ConjoinedTests
{
    private const string Secret = "of-acme-alone";

    [Fact]
    public async Task Conjoined_FromTheSchemaToTheLastTenant()
    {
        await using var database = await CliDatabase.CreateEmptyAsync();
        var role = $"app_{Guid.NewGuid():N}"[..16];
        await ExecuteAsync(database, $"create role {role} login password 'secret'; grant create on database \"{database.Name}\" to {role}");
        var superuser = new Cli { ConnectionString = database.ConnectionString };
        var cli = new Cli { ConnectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = "secret" }.ConnectionString };
        try
        {
            (await superuser.RunAsync("migrate", "apply", "--tenancy", "conjoined")).ExitCode.ShouldBe(1);
            (await cli.RunAsync("migrate", "apply", "--tenancy", "many")).ShouldBeRefused(2, "'--tenancy' must be 'single' or 'conjoined', but was 'many'.");
            (await cli.RunAsync("tenants", "add", "acme")).ExitCode.ShouldBe(2);
            (await cli.RunAsync("migrate", "apply", "--tenancy", "conjoined")).ShouldSucceed();
            (await cli.RunAsync("migrate", "apply")).ShouldSucceed().ShouldBe("Schema 'ledger' was up to date.\n");
            (await cli.RunAsync("migrate", "assert")).ShouldSucceed();
            (await cli.RunAsync("tenants", "add", "acme")).ShouldSucceed().ShouldBe("The tenant 'acme' has a log in the schema 'ledger'.\n");
            (await cli.RunAsync("tenants", "add", "a tenant's \\ name")).ShouldSucceed();
            (await cli.JsonAsync("tenants", "list")).EnumerateArray().Select(tenant => tenant.GetProperty("tenant").GetString()).ShouldBe(["a tenant's \\ name", "acme"]);

            (await cli.RunAsync("tenants", "daemon", role)).ShouldBeRefused(
                1, $"The role '{role}' is that which owns the tables, or one that it belongs to: every program would see the events of all tenants. Name another. Nothing was changed.");
            (await cli.JsonAsync("tenants", "daemon")).TryGetProperty("role", out _).ShouldBeFalse();

            foreach (var (tenant, length) in new[] { ("acme", 1), ("a tenant's \\ name", 2) })
            {
                (await cli.RunAsync("run", "start", "--id", "same", "--tenant", tenant)).ShouldSucceed();
                for (var i = 0; i < length; i++)
                {
                    (await cli.RunAsync("append", "same", "--type", "t", "--tenant", tenant)).ShouldSucceed();
                }

                (await cli.JsonAsync("status", "same", "--tenant", tenant)).GetProperty("length").GetInt64().ShouldBe(length);
            }

            (await cli.JsonAsync("query", "select count(*) as n from events", "--tenant", "acme")).ToString().ShouldContain("1");
            (await cli.RunAsync("append", "same", "--type", "object.created", "--data", $$$"""{"id":"same","type":"{{{Secret}}}","data":{}}""", "--tenant", "acme")).ShouldSucceed();
            (await ServedAsync(cli, "acme")).ShouldContain(Secret);
            (await ServedAsync(cli, "a tenant's \\ name")).ShouldNotContain(Secret);
            (await cli.RunAsync("status", "same")).ShouldBeRefused(
                1, "The schema 'ledger' has the logs of many tenants. Name one: with '--tenant', or in a program by TenantLedgers on ConjoinedTenants.");
            (await superuser.RunAsync("status", "same", "--tenant", "acme")).ExitCode.ShouldBe(1);
            (await cli.RunAsync("status", "same", "--tenant", "bolt")).ShouldBeRefused(
                1, "There is no tenant 'bolt'. 'ledger tenants list' shows all to the role that owns the tables.");
            (await cli.RunAsync("seal", "status", "--tenant", "acme")).ShouldBeRefused(1, "The seal is not for schemas with the logs of many tenants yet. Nothing was changed.");
            (await cli.RunAsync("tenants", "migrate")).ShouldBeRefused(1, "The tenants share the schema 'ledger', which 'ledger migrate apply' migrates.");
            (await cli.RunAsync("tenants", "add", "bolt", database.ConnectionString)).ExitCode.ShouldBe(2);
            (await cli.RunAsync("tenants", "add", " ")).ShouldBeRefused(1, "The name of a tenant is not blank.");
            (await cli.RunAsync("tenants", "move", "acme", database.ConnectionString)).ShouldBeRefused(
                1, "Moving a tenant is not for schemas with the logs of many tenants yet. Nothing was changed.");
            (await (cli with { ConnectionString = cli.ConnectionString + ";Options=-c ledger.tenant=bolt" }).RunAsync("status", "same", "--tenant", "acme")).ShouldBeRefused(
                1, "The connection string names the tenant 'bolt'; leave it out, and ask for the tenant by its name.");
            (await cli.RunAsync("query", "explain select * from events", "--tenant", "acme")).ShouldBeRefused(
                1, "A plan would show what is known of the rows of all tenants of the schema, and is not shown.");
            var tools = (await McpAnswers.AskWithAsync(cli, ["--tenant", "acme"], """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"""))["1"].ToString();
            tools.ShouldContain("run_world");
            tools.ShouldNotContain("seal_prove");
            (await cli.RunAsync("tenants", "remove", "acme")).ShouldSucceed().ShouldBe("The tenant 'acme' is switched off. Its log stays in the schema 'ledger'.\n");
            (await cli.RunAsync("status", "same", "--tenant", "acme")).ExitCode.ShouldBe(1);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(database, $"drop owned by {role} cascade; drop role {role}");
        }
    }

    // All that the routes of the API answer about what has the same names for each tenant.
    private static async Task<string> ServedAsync(Cli cli, string tenant)
    {
        using var output = new WatchedStream();
        using var stop = new CancellationTokenSource();
        var serving = (cli with { Output = output }).RunAsync(["serve", "--port", "0", "--tenant", tenant], stop.Token);
        var home = new Uri(Address().Match(await output.TextAsync("Ctrl-C")).Value);
        using var client = new HttpClient { BaseAddress = home };
        using var routes = JsonDocument.Parse(await client.GetStringAsync("/api/v1/openapi.json"));
        var server = new Uri(home, routes.RootElement.GetProperty("servers")[0].GetProperty("url").GetString()!).AbsoluteUri.TrimEnd('/');
        var answers = new StringBuilder();
        foreach (var path in routes.RootElement.GetProperty("paths").EnumerateObject().Where(path => path.Value.TryGetProperty("get", out _)))
        {
            var required = path.Value.GetProperty("get").GetProperty("parameters").EnumerateArray()
                .Where(parameter => parameter.GetProperty("in").GetString() == "query" && parameter.TryGetProperty("required", out var isRequired) && isRequired.GetBoolean())
                .Select(parameter => parameter.GetProperty("name").GetString()!)
                .Select(name => $"{name}={ValueOf(name)}");
            var address = $"{server}{Parameter().Replace(path.Name, match => ValueOf(match.Groups["name"].Value))}?{string.Join('&', required)}".TrimEnd('?');
            using var response = await client.GetAsync(new Uri(address));
            ((int)response.StatusCode).ShouldBeLessThan(500, address);
            answers.Append(await response.Content.ReadAsStringAsync()).Append('\n');
        }

        await stop.CancelAsync();
        (await serving).ExitCode.ShouldBe(0);
        return answers.ToString();
    }

    private static string ValueOf(string parameter) => parameter switch
    {
        "stream" or "run" or "a" or "b" or "target" or "source" or "onto" => "run:same",
        "sql" => "select%20*%20from%20events",
        _ => "same",
    };

    [GeneratedRegex("http://[^ \n]+")]
    private static partial Regex Address();

    [GeneratedRegex(@"\{(?<name>\w+)\}")]
    private static partial Regex Parameter();

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
