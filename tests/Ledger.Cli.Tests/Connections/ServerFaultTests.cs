using Ledger.Postgres;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Connections;

/// <summary>What a server can refuse: one sentence, and exit code 1.</summary>
public sealed class ServerFaultTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Connection_OptionBeforeVariable()
    {
        var cli = new Cli { ConnectionString = "Host=127.0.0.1;Port=1" };

        (await cli.RunAsync("run", "list", "--connection", database.ConnectionString)).ShouldSucceed();
        (await cli.RunAsync("run", "list")).ExitCode.ShouldBe(1);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1", "The server '127.0.0.1:1' cannot be reached: Connection refused. Check that it runs, and its host and port.")]
    [InlineData("Host=/nowhere", "The server '/nowhere/.s.PGSQL.5432' cannot be reached: ")]
    public async Task Unreachable_IsSaid(string connection, string sentence)
    {
        var result = await new Cli().RunAsync("status", "a", "--connection", connection);

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldBe("");
        result.Error.ShouldStartWith($"ledger: {sentence}");
        result.Error.Count(c => c == '\n').ShouldBe(1);
    }

    [Fact]
    public async Task NoSuchDatabase_IsSaid()
    {
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "nix", Pooling = false };

        var result = await new Cli().RunAsync("run", "list", "--connection", connection.ConnectionString);

        result.ShouldBeRefused(
            1, "The server has no such database: database \"nix\" does not exist. Create it, or name another one in the connection.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Target Session Attributes=primary")]
    public async Task SeveralHosts_ConnectsToThePrimary(string attributes)
    {
        var several = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        several.Host = $"/nowhere,{several.Host}";
        var cli = new Cli { ConnectionString = $"{several.ConnectionString};{attributes}" };
        var id = Guid.NewGuid().ToString("N");

        (await cli.RunAsync("run", "start", "--id", id)).ShouldSucceed();
        (await cli.RunAsync("append", id, "--type", "t")).ShouldSucceed();
        (await cli.JsonAsync("status", id)).GetProperty("length").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task SeveralHosts_StandbyPreferred_IsAskedWhatOneCanAnswer()
    {
        var several = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        several.Host = $"/nowhere,{several.Host}";
        var cli = new Cli { ConnectionString = $"{several.ConnectionString};Target Session Attributes=prefer-standby" };
        await database.StartAsync("asked", 1);

        (await cli.JsonAsync("status", "asked")).GetProperty("length").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task ReadOnlyServer_IsSaid()
    {
        await database.StartAsync("kept", 1);
        var cli = new Cli { ConnectionString = database.ConnectionString + ";Options=-c default_transaction_read_only=on" };

        var refused = await cli.RunAsync("append", "kept", "--type", "t", "--retry-for", "0");

        refused.ShouldBeRefused(
            1, "The server is read-only: cannot execute UPDATE in a read-only transaction. Connect to the primary.");
    }

    [Fact]
    public void RetryFor_IsShortForAPerson_AndLongForAnApplication()
    {
        using var error = new StringWriter();
        var session = new Session(database.Cli.Io(Stream.Null, error, Stream.Null), Commands.Create().Parse(["append", "kept", "--type", "t"]));

        session.Options.RetryFor.ShouldBe(TimeSpan.FromSeconds(2));
        new PostgresOptions().RetryFor.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task RetryFor_TooLong_IsAWrongCommandLine() =>
        (await database.Cli.RunAsync("run", "list", "--retry-for", "4000")).ShouldBeRefused(
            2, "--retry-for is '01:06:40'; it must be from zero to an hour.");

    [Fact]
    public async Task MissingPrivilege_IsSaid()
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand("""
            create role "ledger cli reader" login;
            grant usage on schema ledger to "ledger cli reader";
            grant select on all tables in schema ledger to "ledger cli reader";
            """);
        await command.ExecuteNonQueryAsync();
        try
        {
            await database.StartAsync("guarded", 1);
            var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = "ledger cli reader", Pooling = false };
            var reader = new Cli { ConnectionString = connection.ConnectionString };

            (await reader.RunAsync("status", "guarded")).ShouldSucceed();
            var refused = await reader.RunAsync("append", "guarded", "--type", "t");

            refused.ExitCode.ShouldBe(1);
            refused.Error.ShouldStartWith("ledger: The role lacks a privilege: permission denied for");
            (await database.Cli.JsonAsync("status", "guarded")).GetProperty("length").GetInt64().ShouldBe(1);
        }
        finally
        {
            await using var drop = source.CreateCommand("""drop owned by "ledger cli reader"; drop role "ledger cli reader";""");
            await drop.ExecuteNonQueryAsync();
        }
    }
}
