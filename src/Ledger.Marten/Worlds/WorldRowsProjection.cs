using JasperFx.Events;
using JasperFx.Events.Projections;
using Ledger.Marten.Appending;
using Ledger.Postgres;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Projections.Rebuilding;
using Marten;
using Marten.Events.Projections;
using Marten.Storage;

namespace Ledger.Marten.Worlds;

/// <summary>The rows of worlds as a projection of Marten, inline; its daemon rebuilds them.</summary>
/// <remarks>
/// <para>Inline, the rows are written by the statement that every engine uses, after Marten's insert, in one round trip with the other rows of Ledger.</para>
/// <para>A rebuild empties nothing: a page rewrites the streams that begin in it, up to their ends, some thousand events at a time, in one transaction with the locks of an
/// append. So questions see the old or the new rows of a stream, and appends wait only for those. A branch begins after its ancestors, whose rows it needs.</para>
/// </remarks>
internal sealed class WorldRowsProjection(StoreConfiguration store) : IProjection
{
    /// <summary>Its name in Marten; Ledger's own commands call it <c>world</c>.</summary>
    public const string Name = "ledger_world_rows";

    /// <summary>Adds it to a store, unless the options have no rows of worlds.</summary>
    public static void Register(StoreOptions options, StoreConfiguration store)
    {
        if (store.Ledger.WorldRows == Postgres.WorldRows.Inline)
        {
            options.Projections.Add(new WorldRowsProjection(store), ProjectionLifecycle.Inline, Name);
            ((EventFilterable)options.Projections.All.Single(p => p.Name == Name)).IncludeArchivedEvents = true;
        }
    }

    public async Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        // Marten numbers events when it inserts them. Those with a number are read by the daemon, which runs an inline projection only to rebuild it.
        if (operations is IDocumentSession session && events.All(e => e.Sequence == 0))
        {
            PendingSave.Of(session, store).ProjectWorlds();
            return;
        }

        var world = LedgerProjections.Worlds(store.Ledger.Schemas);
        foreach (var ofTenant in events.Where(e => e.Version == 1).GroupBy(e => store.IsConjoined ? e.TenantId : "", StringComparer.Ordinal))
        {
            var database = store.IsConjoined ? store.EngineOf(operations.DocumentStore, ofTenant.Key).DataSource : ((MartenDatabase)operations.Database).DataSource;
            var rebuild = new InPlaceRebuild(PostgresDataSources.ForWriting(database), store.Ledger, world, world.Rebuild!, parallelism: 1, progress: null);
            await rebuild.RunAsync([.. ofTenant.Select(e => e.StreamKey!)], cancellation).ConfigureAwait(false);
        }
    }
}
