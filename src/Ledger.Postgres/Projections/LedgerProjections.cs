namespace Ledger.Postgres.Projections;

/// <summary>The projections into Ledger's own tables, which run inline before those of the application.</summary>
internal static class LedgerProjections
{
    private const string World = "ledger:world";

    public static IEnumerable<InlineProjection> Of(PostgresOptions options)
    {
        if (options.WorldRows == WorldRows.Inline)
        {
            yield return InlineProjection.OfLedger(World, streamPrefix: "", "project_world", options.Schemas);
        }
    }
}
