using Ledger.Postgres.Schema;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Schema;

public sealed class DatabaseEncodingTests
{
    [Theory]
    [InlineData("LATIN1")]
    [InlineData("SQL_ASCII")]
    public async Task Apply_OtherEncoding_IsRefused(string encoding)
    {
        var name = $"ledger_{encoding}_{Guid.NewGuid():N}".ToLowerInvariant();
        await using var server = NpgsqlDataSource.Create((await TestPostgres.SharedAsync()).ConnectionString);
        await ExecuteAsync($"create database {name} encoding '{encoding}' locale 'C' template template0");
        try
        {
            var address = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name, Pooling = false };
            await using var source = NpgsqlDataSource.Create(address.ConnectionString);

            var refused = await Should.ThrowAsync<DatabaseEncodingException>(() => new LedgerMigrator(source).ApplyAsync());

            refused.Message.ShouldBe(
                $"Database '{name}' has the encoding '{encoding}', but events are JSON of any script, which needs 'UTF8'. Nothing was changed. "
                + "Create a database with: create database … encoding 'UTF8' template template0.");
            PostgresFaults.Describe(refused).ShouldBe(refused.Message);
        }
        finally
        {
            await ExecuteAsync($"drop database {name}");
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = server.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }
}
