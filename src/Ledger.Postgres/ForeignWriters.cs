namespace Ledger.Postgres;

/// <summary>Which other programs write events into the tables.</summary>
public enum ForeignWriters
{
    /// <summary>No other writers, or writers that draw sequence numbers in the transaction that inserts the rows, as Ledger does.</summary>
    None,

    /// <summary>
    /// Marten with <c>Rich</c> appends or its bulk insert, which draw numbers before their transaction: a reader of the log waits 3
    /// seconds for a number that is missing. A <c>tombstone</c> event of Marten's in the log switches this on as well.
    /// </summary>
    Marten,
}
