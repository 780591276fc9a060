using Ledger.Log;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Postgres.Runs;
using Ledger.Records;
using Ledger.Runs;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>The projections into Ledger's own tables: those that run inline before the application's, and the rows of record stores.</summary>
internal static class LedgerProjections
{
    /// <summary>The prefix of the names of Ledger's own projections; the colon keeps them apart from names of applications.</summary>
    public const string Prefix = "ledger:";

    /// <summary>The rows of worlds.</summary>
    public const string World = Prefix + "world";

    /// <summary>The rows of tasks.</summary>
    public const string Tasks = Prefix + "task";

    /// <summary>Follows the name of a projection whose rows the functions that append leave to the caller.</summary>
    public const string ByCaller = "-by-caller";

    private const string Records = Prefix + "chrono";

    /// <summary>Ledger's projections that run after appends.</summary>
    public static IEnumerable<InlineProjection> Of(PostgresOptions options) =>
        Inline(options.Schemas).Where(p => p.Key != World || options.WorldRows == WorldRows.Inline);

    /// <summary>The rows of worlds.</summary>
    public static InlineProjection Worlds(SchemaNames schemas) => Inline(schemas).Single(p => p.Key == World);

    /// <summary>A projection without the statements that the functions which append run themselves.</summary>
    public static InlineProjection AfterAppend(InlineProjection projection) =>
        projection.Key is Tasks or World ? projection with { Statements = [] } : projection;

    /// <summary>All of them, for a rebuild.</summary>
    public static IEnumerable<InlineProjection> Rebuildable(SchemaNames schemas) =>
        Inline(schemas)
            .Append(new InlineProjection(Records, "chrono:") { Rebuild = new StreamRebuild(null) { Code = RebuildRecordsAsync } })
            .Append(new InlineProjection(RunRows.Key, "") { KeptPrefixes = RunSummaries.Prefixes, Rebuild = new StreamRebuild(null) { Code = RebuildRunsAsync, Begin = BeginRunsAsync } });

    private static IEnumerable<InlineProjection> Inline(SchemaNames schemas)
    {
        yield return InlineProjection.OfLedger(World, streamPrefix: "", "project_world", schemas, new StreamRebuild("rewrite_world") { IsOfWorlds = true }) with
        {
            AppendPrefixes = RunSummaries.Prefixes,
        };
        yield return InlineProjection.OfLedger(
            Tasks, streamPrefix: "task:", "project_tasks", schemas, new StreamRebuild("rewrite_tasks") { Clear = "clear_tasks" });
    }

    // A store writes its rows itself, with its appends: only C# can apply an event to them.
    private static async Task<long> RebuildRecordsAsync(IEventStore log, IReadOnlyList<StreamName> streams, CancellationToken cancellationToken)
    {
        var events = 0L;
        foreach (var stream in streams)
        {
            events += (await log.GetStreamAsync(stream, cancellationToken).ConfigureAwait(false))?.Version.Value ?? 0;
            var store = new ChronoStore(log, stream.Id);
            await using var _ = store.ConfigureAwait(false);
            await store.RebuildAsync(cancellationToken).ConfigureAwait(false);
        }

        return events;
    }

    // An application may have rules of its own, which are C#.
    private static Task<long> RebuildRunsAsync(IEventStore log, IReadOnlyList<StreamName> streams, CancellationToken cancellationToken) =>
        log.Get<PostgresRunSummaries>()!.RebuildAsync(streams, cancellationToken);

    private static Task<Func<CancellationToken, Task>> BeginRunsAsync(IEventStore log, CancellationToken cancellationToken) =>
        log.Get<PostgresRunSummaries>()!.BeginRebuildAsync(cancellationToken);
}
