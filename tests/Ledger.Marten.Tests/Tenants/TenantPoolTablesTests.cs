using Ledger.Postgres.Tenants;
using Ledger.Testing;
using Marten;
using Npgsql;
using Shouldly;
using Weasel.Core;
using Weasel.Postgresql.Tables;
using Xunit;

namespace Ledger.Marten.Tests.Tenants;

/// <summary>The tables of a pool are those that Marten makes for its sharded tenancy.</summary>
public sealed class TenantPoolTablesTests
{
    [Fact]
    public async Task Pool_Tables_AreThoseOfMarten()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using (var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false"))
        {
            await new TenantPool(dataSource).CreateAsync();
        }

        // Marten's own type is not public.
        var assignments = (Table)Activator.CreateInstance(typeof(IDocumentStore).Assembly.GetType("Marten.Storage.MartenTenantAssignmentTable", throwOnError: true)!, "public")!;
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        foreach (var table in new[] { new DatabasePoolTable("public"), assignments })
        {
            (await table.FindDeltaAsync(connection)).Difference.ShouldBe(SchemaPatchDifference.None, table.Identifier.ToString());
        }
    }
}
