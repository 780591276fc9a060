using Ledger;
using Ledger.Marten;
using Ledger.Marten.Sessions;

namespace Marten;

/// <summary>Ledger's runs and branches within a session of Marten.</summary>
public static class LedgerSessionExtensions
{
    /// <summary>The ledger of runs whose appends and forks are written when the session is saved, with its documents or not at all.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>An append or a fork begins the session's transaction and keeps the stream locked until the session is saved or disposed; a conflict
    /// is refused at once; if the session then has nothing to save, only disposing it ends the lock. The returned length is valid once the session
    /// is saved.</item>
    /// <item>Marten's inline projections run when the session is saved, and Ledger's own after them, in the same transaction.</item>
    /// <item>Reads see the unsaved events and branches of the session, its own and Marten's: runs can be forked after them, worlds are folded with them and
    /// aggregates made of them. They have no sequence number: <c>ReadLogAsync</c> does not return them, and <c>FindEventsAsync</c> returns them after the others,
    /// stream by stream. Those of Marten's calls have the time of the read, and none for aggregates. No snapshot is stored of them; one that
    /// <see cref="AgentLedgerOptions.SnapshotEvery"/> makes due is stored after the save. Tasks and record stores show what is committed.</item>
    /// <item>Once the session has appended or forked, its reads run in its transaction: one that failed or was cancelled ends the session, whose save would fail.</item>
    /// </list>
    /// <para>Not safe for concurrent use, as the session is not. Save soon: other writers of the stream wait.</para>
    /// </remarks>
    /// <param name="session">A session of a store that was given to <c>UseLedger</c>.</param>
    /// <exception cref="InvalidOperationException">The store was not given to Ledger.</exception>
    /// <exception cref="NotSupportedException">The session is for a tenant, and the tenants of the store share a database; or it is for none, and each has its own.</exception>
    public static AgentLedger Ledger(this IDocumentSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        var store = StoreConfiguration.Of(session.DocumentStore);
        store.CheckTenant(session);
        return new AgentLedger(new SessionEventStore(session, store, store.EngineOn(session)), store.Ledger.Limits);
    }
}
