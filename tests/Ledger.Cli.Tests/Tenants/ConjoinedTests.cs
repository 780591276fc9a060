using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Cli.Tests.Bus;
using Ledger.Seal;
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
            foreach (var (tenant, size) in new[] { ("acme", 2), ("a tenant's \\ name", 2) })
            {
                // Each has a tree and an origin of its own.
                var sealing = cli with { Environment = new Dictionary<string, string> { ["LEDGER_SEAL_KEY"] = SealKey.Generate($"example.com/{tenant.Length}").Export() } };
                (await sealing.RunAsync("seal", "checkpoint", "--tenant", tenant)).ShouldSucceed().ShouldStartWith($"example.com/{tenant.Length}\n{size}\n");
                (await cli.JsonAsync("seal", "audit", "--tenant", tenant)).GetProperty("event_count").GetInt64().ShouldBe(size);
                (await cli.RunAsync("seal", "prove", "run:same", "--tenant", tenant)).ShouldSucceed();
            }

            (await cli.RunAsync("tenants", "migrate")).ShouldBeRefused(1, "The tenants share the schema 'ledger', which 'ledger migrate apply' migrates.");
            (await cli.RunAsync("tenants", "add", "bolt", database.ConnectionString)).ExitCode.ShouldBe(2);
            (await cli.RunAsync("tenants", "add", " ")).ShouldBeRefused(1, "The name of a tenant is not blank.");
            (await cli.RunAsync("tenants", "move", "acme", database.ConnectionString)).ExitCode.ShouldBe(1);
            (await cli.RunAsync("tenants", "quota", "acme")).ShouldSucceed().ShouldBe("Events : not counted, without a limit\nBytes  : not counted, without a limit\nRuns   : not counted, without a limit\n");
            (await cli.RunAsync("tenants", "quota", "acme", "--events", "-1")).ShouldBeRefused(2, "'--events' must be a whole number from 0, but was '-1'.");
            (await cli.RunAsync("tenants", "quota", "acme", "--events", "3", "--runs", "9")).ShouldSucceed().ShouldBe("Events : 2 of 3\nBytes  : not counted, without a limit\nRuns   : 1 of 9\n");
            (await cli.RunAsync("append", "same", "--type", "t", "--tenant", "acme")).ShouldSucceed();
            (await cli.RunAsync("append", "same", "--type", "t", "--tenant", "acme")).ShouldBeRefused(
                1, "The quota of events is 3: the log has 3, and 1 more would pass it. Nothing was written. Remove or archive runs, or have the quota raised.");
            (await cli.JsonAsync("tenants", "quota", "acme", "--none", "--bytes", "1000000", "--recount")).ToString().ShouldContain("most_bytes");
            (await cli.RunAsync("tenants", "quota", "none")).ShouldBeRefused(1, "There is no tenant 'none'. 'ledger tenants list' shows all to the role that owns the tables.");
            (await cli.RunAsync("serve", "--all-tenants", "--listen", "0.0.0.0")).ExitCode.ShouldBe(2);
            (await ServedListAsync(cli, "acme")).ShouldSatisfyAllConditions(list => list.ShouldContain("acme"), list => list.ShouldContain("a tenant's"));
            (await (cli with { ConnectionString = cli.ConnectionString + ";Options=-c ledger.tenant=bolt" }).RunAsync("status", "same", "--tenant", "acme")).ShouldBeRefused(
                1, "The connection string names the tenant 'bolt'; leave it out, and ask for the tenant by its name.");
            (await cli.RunAsync("query", "explain select * from events", "--tenant", "acme")).ShouldBeRefused(
                1, "A plan would show what is known of the rows of all tenants of the schema, and is not shown.");
            (await ToolsAsync(cli, "acme")).ShouldContain(Secret);
            (await ToolsAsync(cli, "a tenant's \\ name")).ShouldNotContain(Secret);
            await using (var master = await CliDatabase.CreateEmptyAsync())
            {
                await PooledAsync(new Cli { ConnectionString = master.ConnectionString }, cli.ConnectionString!);
            }

            (await cli.RunAsync("tenants", "remove", "acme")).ShouldSucceed().ShouldBe("The tenant 'acme' is switched off. Its log stays in the schema 'ledger'.\n");
            (await cli.RunAsync("status", "same", "--tenant", "acme")).ExitCode.ShouldBe(1);
            (await cli.RunAsync("tenants", "remove", "acme", "--delete-log", database.ConnectionString)).ShouldSucceed().ShouldStartWith("The tenant 'acme' is deleted: ");
            (await cli.RunAsync("tenants", "remove", "acme", "--delete-log", database.ConnectionString)).ExitCode.ShouldBe(1);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(database, $"drop owned by {role} cascade; drop role {role}");
        }
    }

    // The same schema as a database of a pool, which another database has.
    private static async Task PooledAsync(Cli cli, string database)
    {
        (await cli.RunAsync("tenants", "databases")).ShouldBeRefused(
            1, "The database has no pool of databases ('mt_database_pool'). Name the one that has, or run 'ledger tenants add-database', which makes it.");
        (await cli.RunAsync("tenants", "add-database", "a", database)).ShouldSucceed().ShouldStartWith("The pool has the database 'a' at '");
        (await cli.RunAsync("tenants", "add", "pooled")).ShouldSucceed().ShouldStartWith("The tenant 'pooled' is at '");
        (await cli.JsonAsync("tenants", "list")).EnumerateArray().Select(tenant => tenant.GetProperty("tenant").GetString()).ShouldBe(["pooled"]);
        (await cli.RunAsync("run", "start", "--id", "same", "--tenant", "pooled")).ShouldSucceed();
        (await cli.JsonAsync("status", "same", "--tenant", "pooled")).GetProperty("length").GetInt64().ShouldBe(0);
        (await ServedListAsync(cli, "pooled")).ShouldContain("\"pooled\"");
        (await cli.RunAsync("tenants", "add", "alone", database)).ShouldBeRefused(
            2, "DATABASE is for a tenant with a database of its own, but tenants are in a pool of databases here. Leave it out, or add one to the pool by 'ledger tenants add-database'.");
        (await cli.RunAsync("tenants", "migrate")).ShouldSucceed().ShouldBe("a  up to date\n");
        (await cli.RunAsync("tenants", "quota", "pooled", "--runs", "1")).ShouldSucceed().ShouldEndWith("Runs   : 1 of 1\n");
        (await cli.RunAsync("run", "start", "--id", "second", "--tenant", "pooled")).ShouldBeRefused(
            1, "The quota of open runs is 1: the log has 1, and 1 more would pass it. Nothing was written. Remove or archive runs, or have the quota raised.");
        (await cli.RunAsync("tenants", "move", "pooled", "b")).ShouldBeRefused(1, "The pool has no database 'b'. 'ledger tenants databases' shows all.");
        (await cli.RunAsync("tenants", "add-database", "a", database, "--full")).ShouldSucceed();
        (await cli.RunAsync("tenants", "add", "further")).ShouldBeRefused(1, "No database of the pool takes more tenants. Add one, or open one that is full.");
        (await cli.JsonAsync("tenants", "databases"))[0].GetProperty("tenants").GetInt32().ShouldBe(1);
        (await cli.RunAsync("tenants", "remove", "pooled")).ShouldSucceed().ShouldStartWith("The tenant 'pooled' is switched off. Its log stays at '");
        (await cli.RunAsync("status", "same", "--tenant", "pooled")).ShouldBeRefused(1, "There is no tenant 'pooled'. 'ledger tenants list' shows all.");
    }

    private static async Task<string> ServedListAsync(Cli cli, string tenant)
    {
        using var output = new WatchedStream();
        using var stop = new CancellationTokenSource();
        var serving = (cli with { Output = output }).RunAsync(["serve", "--port", "0", "--all-tenants"], stop.Token);
        using var client = new HttpClient { BaseAddress = new Uri(Address().Match(await output.TextAsync("Ctrl-C")).Value) };
        var tenants = await client.GetStringAsync("/api/v1/tenants");
        (await client.GetStringAsync($"/tenants/{tenant}/api/v1/runs")).ShouldContain("run:same");
        await stop.CancelAsync();
        (await serving).ExitCode.ShouldBe(0);
        return tenants;
    }

    // All that the tools answer about what has the same names for each tenant.
    private static async Task<string> ToolsAsync(Cli cli, string tenant)
    {
        var tools = (await McpAnswers.AskWithAsync(cli, ["--tenant", tenant], """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"""))["1"].GetProperty("result").GetProperty("tools").EnumerateArray().ToList();
        string[] names = [.. tools.Select(tool => tool.GetProperty("name").GetString()!)];
        names.ShouldContain("run_world");
        names.ShouldContain("seal_prove");
        var calls = tools.Select((tool, i) => JsonSerializer.Serialize(new { jsonrpc = "2.0", id = i + 1, method = "tools/call", @params = new { name = names[i], arguments = ArgumentsOf(tool) } }));
        return string.Join('\n', (await McpAnswers.AskWithAsync(cli, ["--tenant", tenant], [.. calls])).Values);
    }

    private static Dictionary<string, object> ArgumentsOf(JsonElement tool)
    {
        var schema = tool.GetProperty("inputSchema");
        return (schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(name => name.GetString()!) : [])
            .ToDictionary(name => name, name => (schema.GetProperty("properties").GetProperty(name).TryGetProperty("type", out var type) ? type.ToString() : "") switch
            {
                "string" => (object)(name == "sql" ? "select * from events" : Uri.UnescapeDataString(ValueOf(name))),
                "integer" or "number" => 1,
                "array" => Array.Empty<object>(),
                _ => new { },
            });
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
