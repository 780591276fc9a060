using Ledger;
using Ledger.Marten;
using Ledger.Marten.Sessions;
using Ledger.Records;

namespace Marten;

/// <summary>Record stores within a session of Marten.</summary>
public static class LedgerRecordExtensions
{
    /// <summary>The record store of a project, whose records are written when the session is saved, with its documents or not at all.</summary>
    /// <remarks>Its hashes are those that a <see cref="ChronoStore"/> writes; both may write to one project.</remarks>
    /// <param name="ledger">What <c>session.Ledger()</c> returned.</param>
    /// <param name="project">The project's name.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentException">The name cannot be part of a stream name, or the ledger is not that of a session.</exception>
    public static SessionRecords Records(this AgentLedger ledger, string project, ChronoOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var store = ledger.Store.Get<SessionEventStore>()
            ?? throw new ArgumentException("The ledger is not that of a session. Call session.Ledger() and write through its result.", nameof(ledger));
        return store.Records(project, options ?? new ChronoOptions());
    }
}
