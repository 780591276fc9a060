using System.Text;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Postgres.Schema;

namespace Ledger.Explorer.Api;

/// <summary>The schema: its migrations, and its differences from what they create.</summary>
internal static class MigrationsResource
{
    public static async Task ListAsync(ExplorerRequest request)
    {
        var migrations = await MigratorOf(request).ListAsync(request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, [.. migrations.Select(MigrationContract.Of)], ContractContext.Default.IReadOnlyListMigrationContract)
            .ConfigureAwait(false);
    }

    /// <summary>Every difference between the schema and what the migrations create; an empty array means none.</summary>
    public static async Task CompareAsync(ExplorerRequest request)
    {
        var differences = await MigratorOf(request).AssertAsync(request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(
            request.Http, [.. differences.Select(SchemaDifferenceContract.Of)], ContractContext.Default.IReadOnlyListSchemaDifferenceContract).ConfigureAwait(false);
    }

    public static async Task SendScriptAsync(ExplorerRequest request)
    {
        var script = Encoding.UTF8.GetBytes(MigratorOf(request).Script());
        request.Http.Response.ContentType = "application/sql; charset=utf-8";
        await request.Http.Response.Body.WriteAsync(script, request.Aborted).ConfigureAwait(false);
    }

    private static LedgerMigrator MigratorOf(ExplorerRequest request) => request.Explorer.Migrator ?? throw new NotFoundException(
        $"The application has no {nameof(LedgerMigrator)} in its container; AddLedger registers one.");
}
