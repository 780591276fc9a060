using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Testing;

/// <summary>The last choice of the fixture: a server in a container. Reported as skipped where no engine answers.</summary>
public sealed class ContainerServerTests
{
    private static readonly Lazy<string?> Hindrance = new(() => ContainerEngine.Installed!.IsAvailable ? null : "No engine of containers answers on this machine.");

    [Fact]
    public void Engine_OfThePackage_IsFoundByItsName() => ContainerEngine.Installed.ShouldNotBeNull();

    [Fact]
    public void Testing_WithoutThePackage_HasNoLibraryForContainers() =>
        typeof(TestPostgres).Assembly.GetReferencedAssemblies().ShouldNotContain(name => name.Name!.Contains("containers", StringComparison.OrdinalIgnoreCase));

    [ContainerFact]
    public async Task Start_InAContainer_HasTheSettingsAndDatabases_AndLeavesNothing()
    {
        // The image may have to be fetched first.
        var options = new TestPostgresOptions { Timeout = TimeSpan.FromMinutes(5), Settings = new Dictionary<string, string> { ["max_connections"] = "57" } };
        string connectionString;
        await using (var postgres = await TestPostgres.StartInContainerAsync(ContainerEngine.Installed!, options, isShared: false, CancellationToken.None))
        {
            postgres.IsOwn.ShouldBeFalse();
            connectionString = postgres.ConnectionString;
            (await AskAsync(connectionString, "show fsync")).ShouldBe("off");
            (await AskAsync(connectionString, "show max_connections")).ShouldBe("57");
            await using var database = await postgres.CreateDatabaseAsync("kept", async (template, cancellationToken) =>
            {
                await using var source = NpgsqlDataSource.Create(template + ";Pooling=false");
                await using var command = source.CreateCommand("create table kept (id int); insert into kept values (1), (2)");
                await command.ExecuteNonQueryAsync(cancellationToken);
            });
            (await AskAsync(database.ConnectionString, "select count(*) from kept")).ShouldBe(2L);
            await Should.ThrowAsync<NotSupportedException>(() => postgres.KillServerAsync());
        }

        await Should.ThrowAsync<NpgsqlException>(() => AskAsync(connectionString, "select 1"));
    }

    private static async Task<object?> AskAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private sealed class ContainerFactAttribute : FactAttribute
    {
        public ContainerFactAttribute() => Skip = Hindrance.Value;
    }
}
