using Ledger.Postgres.Schema;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests;

public sealed class PostgresFaultsTests
{
    [Fact]
    public async Task Describe_NoServer_SaysSo()
    {
        await using var dataSource = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=a");

        var fault = await Should.ThrowAsync<NpgsqlException>(
            () => new LedgerMigrator(dataSource, new PostgresOptions { RetryFor = TimeSpan.Zero }).ListAsync());

        PostgresFaults.Describe(fault).ShouldBe("The server cannot be reached: Connection refused. Check that it runs, and its host and port.");
        PostgresFaults.Describe(fault, "db.example:5432").ShouldBe("The server 'db.example:5432' cannot be reached: Connection refused. Check that it runs, and its host and port.");
    }

    [Fact]
    public async Task Describe_NoDatabase_SaysSo()
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var dataSource = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = "nowhere" }.ConnectionString);

        var fault = await Should.ThrowAsync<PostgresException>(() => new LedgerMigrator(dataSource).ListAsync());

        PostgresFaults.Describe(fault).ShouldBe(
            "The server has no such database: database \"nowhere\" does not exist. Create it, or name another one in the connection.");
    }

    [Fact]
    public async Task Describe_NoSchema_NamesTheCommand()
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var database = await postgres.CreateDatabaseAsync();
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);

        await using var store = new PostgresEventStore(dataSource);
        var ledger = new AgentLedger(store);

        var faults = new[]
        {
            await Should.ThrowAsync<SchemaNotMigratedException>(() => store.GetStreamAsync(new StreamName("a"))),
            await Should.ThrowAsync<SchemaNotMigratedException>(() => ledger.GetRun("a").AppendAsync([new KitLoaded("lab")])),
            await Should.ThrowAsync<SchemaNotMigratedException>(() => ledger.OpenAsync("run:a")),
            await Should.ThrowAsync<SchemaNotMigratedException>(async () => await store.ReadLogAsync().CountAsync()),
        };

        foreach (var fault in faults)
        {
            PostgresFaults.Describe(new InvalidOperationException("outer", fault))!.ShouldStartWith("Schema 'ledger' is not up to date: it lacks '0001_tables'");
            fault.Message.ShouldEndWith("Run 'ledger migrate apply', or set AutoMigrate.AtStart to migrate when the application starts.");
        }
    }

    [Fact]
    public async Task Describe_StatementNotKept_NamesThePooler()
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var dataSource = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = dataSource.CreateCommand("execute elsewhere");

        var fault = await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync());

        PostgresFaults.Describe(fault).ShouldBe(
            "A pooler before the server does not keep prepared statements: prepared statement \"elsewhere\" does not exist. "
            + "Connect to the server itself, or set its max_prepared_statements above 0 (PgBouncer 1.21 or newer).");
    }

    [Fact]
    public async Task Describe_ServerError_HasItsState()
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var dataSource = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = dataSource.CreateCommand("select 1 / 0");

        var fault = await Should.ThrowAsync<PostgresException>(() => command.ExecuteScalarAsync());

        PostgresFaults.Describe(fault).ShouldBe("The server reported an error: division by zero (SQLSTATE 22012).");
    }

    [Fact]
    public void Describe_NameOfServerUnknown_SaysSo() =>
        PostgresFaults.Describe(new System.Net.Sockets.SocketException(111)).ShouldBe(
            "The server cannot be reached: Connection refused. Check that it runs, and its host and port.");

    [Fact]
    public void Describe_OtherFault_IsNull() => PostgresFaults.Describe(new InvalidOperationException("no")).ShouldBeNull();

    [Fact]
    public void Describe_OldServer_SaysWhichIsNeeded() =>
        PostgresFaults.Describe(Should.Throw<UnsupportedServerException>(() => UnsupportedServerException.ThrowIfTooOld(new Version(14, 9))))
            .ShouldBe("The server is PostgreSQL 14.9, and Ledger needs 15 or newer. Connect to a newer server.");
}
