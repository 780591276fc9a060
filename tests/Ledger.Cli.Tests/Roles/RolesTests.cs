using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Roles;

/// <summary>Roles are made, checked and used from the command line; their names are the server's, so that these are the test's own.</summary>
public sealed class RolesTests(CliDatabase database) : IClassFixture<CliDatabase>, IAsyncLifetime
{
    private readonly string _prefix = $"c{Guid.NewGuid():N}"[..10];

    private string[] Names =>
    [
        "--reader", $"{_prefix}_reader", "--auditor", $"{_prefix}_auditor", "--writer", $"{_prefix}_writer", "--marten-writer", $"{_prefix}_marten", "--operator", $"{_prefix}_operator",
        "--owner", $"{_prefix}_owner",
    ];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync($$"""
            do $$
            declare
                name text;
            begin
                for name in select rolname from pg_roles where rolname like '{{_prefix}}%' loop
                    execute format('reassign owned by %I to current_user; drop owned by %I cascade; drop role %I', name, name, name);
                end loop;
            end $$
            """);
    }

    [Fact]
    public async Task Roles_FromTheCheckToTheCheck()
    {
        var missing = await database.Cli.RunAsync(["roles", "check", .. Names]);
        missing.ExitCode.ShouldBe(1);
        missing.Output.ShouldContain($"There is no role '{_prefix}_writer'.\n");
        missing.Output.ShouldNotContain($"The role '{_prefix}_writer' lacks");
        missing.Output.Split('\n').Length.ShouldBeLessThan(20);
        missing.Error.ShouldMatch("^ledger: The roles are not as 'ledger roles create' makes them: [0-9,]+ findings.\n$");

        (await database.Cli.RunAsync(["roles", "create", .. Names])).ShouldSucceed().ShouldBe($"""
            reader        : {_prefix}_reader
            auditor       : {_prefix}_auditor
            writer        : {_prefix}_writer
            marten-writer : {_prefix}_marten
            operator      : {_prefix}_operator
            owner         : {_prefix}_owner

            """);

        (await database.Cli.RunAsync("roles", "check")).ShouldSucceed().ShouldBe("The roles have what they need, and nothing else.\n");
        (await database.Cli.RunAsync("roles", "check", "--writer", $"{_prefix}_writer")).ShouldSucceed();
        (await database.Cli.RunAsync("roles", "check", "--marten-writer", "none")).Output.ShouldContain($"The role '{_prefix}_owner' has trigger tr_mt_streams_moved");
        (await database.Cli.JsonAsync("roles", "create")).GetProperty("marten_writer").GetString().ShouldBe($"{_prefix}_marten");
        (await database.Cli.RunAsync("migrate", "assert")).ShouldSucceed();
        await ExecuteAsync($"grant update on ledger.mt_events to {_prefix}_writer; create role {_prefix}_r login in role {_prefix}_reader; create role {_prefix}_w login in role {_prefix}_writer");
        var tooMuch = await database.Cli.RunAsync("roles", "check", "--json");
        tooMuch.ExitCode.ShouldBe(1);
        tooMuch.Output.ShouldBe($$"""
            [{"kind":"excess","role":"{{_prefix}}_writer","subject":"update on table ledger.mt_events","message":"The role '{{_prefix}}_writer' has update on table ledger.mt_events, which it must not have."}]

            """);

        (await As("w").RunAsync("run", "start", "--id", "written")).ShouldSucceed();
        (await As("w").RunAsync("append", "written", "--type", "object.created", "--data", """{"id": "c1", "type": "Claim"}""")).ShouldSucceed();
        (await As("r").RunAsync("world", "written")).ShouldSucceed().ShouldContain("c1");
        const string Views = "select current_user as who, (select count(*) > 0 from events) as e, (select count(*) from runs where missing_events = 0) as r, "
            + "(select count(*) from llm_calls) as l, (select count(*) from tool_calls) as t";
        foreach (var asker in new[] { database.Cli, As("r"), As("w") })
        {
            (await asker.RunAsync("query", Views, "--output", "ndjson")).ShouldSucceed().ShouldBe($$"""{"who":"{{_prefix}}_reader","e":true,"r":1,"l":0,"t":0}""" + "\n");
        }

        (await As("r").RunAsync("append", "written", "--type", "note")).ShouldBeRefused(
            1, "The role lacks a privilege: permission denied for function append_event_v3. Grant it, or connect as a role that has it.");
        (await As("w").RunAsync("migrate", "apply")).ExitCode.ShouldBe(0);
        await SealAndForgetAsync();
    }

    // The operator seals, masks, removes and restores; the auditor proves and audits; the others do not.
    private async Task SealAndForgetAsync()
    {
        var folder = Directory.CreateTempSubdirectory("ledger-roles-").FullName;
        var (key, publicKey, archive) = (Path.Combine(folder, "seal.key"), Path.Combine(folder, "seal.pub"), Path.Combine(folder, "archive"));
        await File.WriteAllTextAsync(publicKey, (await database.Cli.RunAsync("seal", "keygen", "example.com/log", "--out", key)).ShouldSucceed());
        await ExecuteAsync($"create role {_prefix}_a login in role {_prefix}_auditor; create role {_prefix}_o login in role {_prefix}_operator");
        string[] seal = ["seal", "checkpoint", "--key-file", key];
        string[] audit = ["seal", "audit", "--key", publicKey];
        string[] prove = ["seal", "prove", "written"];
        string[] mask = ["mask", "--stream", "written", "--path", "$.id", "--reason", "request 17"];
        string[] retain = ["retention", "run", "--kind", "run", "--older-than", "0s", "--archive", archive];
        foreach (var (login, args) in new[] { ("r", seal), ("w", seal), ("a", seal), ("r", mask), ("w", mask), ("a", mask), ("r", retain), ("w", retain), ("a", retain) })
        {
            (await As(login).RunAsync(args)).Error.ShouldStartWith("ledger: The role lacks a privilege: permission denied for", customMessage: $"{login} {args[0]}");
        }

        (await As("o").RunAsync(seal)).ShouldSucceed();
        foreach (var login in new[] { "a", "o" })
        {
            (await As(login).RunAsync(audit)).ShouldSucceed().ShouldContain("found       : nothing");
            (await As(login).RunAsync(prove)).ShouldSucceed();
        }

        foreach (var login in new[] { "r", "w" })
        {
            (await As(login).RunAsync(audit)).Error.ShouldBe("ledger: The role lacks a privilege: permission denied for table seal_leaf. Grant it, or connect as a role that has it.\n");
            (await As(login).RunAsync(prove)).Error.ShouldBe("ledger: The role lacks a privilege: permission denied for table seal_leaf. Grant it, or connect as a role that has it.\n");
        }

        (await As("o").RunAsync(mask)).ShouldSucceed();
        (await As("o").RunAsync(seal)).ShouldSucceed();
        (await As("o").RunAsync(retain)).ShouldSucceed().ShouldContain("removed");
        (await As("r").RunAsync("events", "written")).ExitCode.ShouldBe(1);
        (await As("r").RunAsync("retention", "report")).ShouldSucceed().ShouldContain(archive);
        (await As("o").RunAsync("retention", "restore", Directory.GetFiles(archive).Single())).ShouldSucceed();
        (await As("r").RunAsync("events", "written")).ShouldSucceed().ShouldContain("****");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Names_ThatCannotBeRoles_AreAWrongCommandLine() =>
        (await database.Cli.RunAsync("roles", "script", "--writer", "ledger_reader")).ShouldBeRefused(2, "'ledger_reader' is the name of two roles; each needs its own.");

    private Cli As(string login) => new()
    {
        ConnectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = $"{_prefix}_{login}", Pooling = false }.ConnectionString,
    };

    private async Task ExecuteAsync(string sql)
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
