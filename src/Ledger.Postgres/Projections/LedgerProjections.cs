using Ledger.Postgres.Rebuilding;

namespace Ledger.Postgres.Projections;

/// <summary>The projections into Ledger's own tables, which run inline before those of the application.</summary>
internal static class LedgerProjections
{
    /// <summary>What the names of Ledger's own begin with; the colon keeps them apart from those that applications give.</summary>
    public const string Prefix = "ledger:";

    private const string World = Prefix + "world";
    private const string Task = Prefix + "task";

    /// <summary>Those that follow appends.</summary>
    public static IEnumerable<InlineProjection> Of(PostgresOptions options) =>
        Rebuildable(options.Schemas).Where(p => p.Key != World || options.WorldRows == WorldRows.Inline);

    /// <summary>All of them, to be made anew.</summary>
    public static IEnumerable<InlineProjection> Rebuildable(SchemaNames schemas)
    {
        yield return InlineProjection.OfLedger(World, streamPrefix: "", "project_world", schemas, new StreamRebuild("rewrite_world"));
        yield return InlineProjection.OfLedger(
            Task, streamPrefix: "task:", "project_tasks", schemas, new StreamRebuild("rewrite_tasks") { Clear = "clear_tasks" });
    }
}
