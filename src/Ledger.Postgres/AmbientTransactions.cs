namespace Ledger.Postgres;

/// <summary>The behaviour of a store when it must write inside an ambient transaction, a <see cref="System.Transactions.TransactionScope"/>.</summary>
/// <remarks>
/// A pooled store never takes part in one, because many callers share its connections: its reads see committed data, and data derived from the log (rows,
/// snapshots, rebuilds) is written outside. To take part, use <c>store.On(transaction)</c>, or <c>store.On(connection)</c> with a connection that was opened in
/// the scope.
/// </remarks>
public enum AmbientTransactions
{
    /// <summary>Refuses appends, branches, archiving, imports and writes to record stores with an <see cref="InvalidOperationException"/>. Nothing is
    /// written.</summary>
    Refuse,

    /// <summary>Writes outside the ambient transaction: acknowledged writes stay when the scope rolls back.</summary>
    Outside,
}
