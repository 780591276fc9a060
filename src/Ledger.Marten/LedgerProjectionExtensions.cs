using JasperFx.Events.Projections;
using Ledger.Marten;
using Ledger.Marten.Worlds;
using Ledger.Worlds;
using Weasel.Postgresql;

namespace Marten;

/// <summary>Ledger's projections, run by Marten.</summary>
public static class LedgerProjectionExtensions
{
    /// <summary>Updates the snapshot of a run's or branch's world by a Marten projection named <c>ledger_world</c>.</summary>
    /// <remarks>
    /// The documents are those of <see cref="ISnapshotStore"/>, in <c>mt_doc_ledger_world</c>: every engine reads worlds from them. A branch's world begins
    /// with the shared prefix. An event that cannot be applied is skipped, and listed in the document. Marten's daemon rebuilds them.
    /// </remarks>
    /// <param name="options">The options of a store that was given to <c>UseLedger</c>.</param>
    /// <param name="lifecycle">Inline, in the transaction of every append, or async, by Marten's daemon.</param>
    /// <exception cref="ArgumentException">The lifecycle is live: worlds are folded without a projection then.</exception>
    /// <exception cref="InvalidOperationException">The store was not given to Ledger.</exception>
    public static StoreOptions SnapshotWorlds(this StoreOptions options, ProjectionLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (lifecycle == ProjectionLifecycle.Live)
        {
            throw new ArgumentException("Worlds are folded without a projection when they are asked for; choose Inline or Async.", nameof(lifecycle));
        }

        var store = StoreConfiguration.Of(options);
        options.Projections.Add(
            new WorldSnapshots(store, lifecycle),
            lifecycle,
            "ledger_world",
            asyncOptions => asyncOptions.DeleteDataInTableOnTeardown(
                new PostgresqlObjectName(store.Ledger.EventSchema, "mt_doc_ledger_world", SchemaUtils.IdentifierUsage.General).QualifiedName));
        return options;
    }
}
