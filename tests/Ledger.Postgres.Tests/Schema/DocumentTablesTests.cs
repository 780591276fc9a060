using Ledger.Conformance.Projections;
using Ledger.Postgres.Schema;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Schema;

/// <summary>The tables of documents, which are made with the migrations of an application that has projections.</summary>
public sealed class DocumentTablesTests
{
    private static readonly PostgresOptions WithProjections = MigrationDatabase.TwoSchemas with { Projections = ProjectionSamples.All };

    [Fact]
    public async Task Apply_Projections_MakesTheTablesOnce()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        var migrator = new LedgerMigrator(database.DataSource, WithProjections);
        (await migrator.AssertAsync()).Select(d => d.Message)
            .ShouldBe(["The table 'log.mt_doc_tally' is missing.", "The table 'log.mt_doc_tool_use' is missing."]);

        (await migrator.ApplyAsync()).ShouldBeEmpty();
        (await migrator.ApplyAsync()).ShouldBeEmpty();

        (await migrator.AssertAsync()).ShouldBeEmpty();
        (await database.MessagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Script_Projections_MakesTheTables()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        var migrator = new LedgerMigrator(database.DataSource, WithProjections);
        var script = migrator.Script();

        await database.ExecuteAsync(script[script.IndexOf("-- Makes the table of a snapshot's documents", StringComparison.Ordinal)..]);

        (await migrator.AssertAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("create index by_count on log.mt_doc_tally ((data -> 'Count'))", new string[0])]
    [InlineData(
        "alter table log.mt_doc_tally drop column mt_version",
        new[] { "The column 'mt_version' of 'log.mt_doc_tally' is missing; it should be 'bigint not null default 0'." })]
    [InlineData(
        "alter table log.mt_doc_tool_use drop constraint pkey_mt_doc_tool_use_id",
        new[] { "The constraint 'pkey_mt_doc_tool_use_id' of 'log.mt_doc_tool_use' is missing; it should be 'PRIMARY KEY (id)'." })]
    public async Task Assert_Drift_IsNamed(string drift, string[] messages)
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        var migrator = new LedgerMigrator(database.DataSource, WithProjections);
        await migrator.ApplyAsync();
        await database.ExecuteAsync(drift);

        (await migrator.AssertAsync()).Select(d => d.Message).ShouldBe(messages);
    }
}
