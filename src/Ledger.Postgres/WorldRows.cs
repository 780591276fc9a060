namespace Ledger.Postgres;

/// <summary>Whether worlds are stored as rows.</summary>
public enum WorldRows
{
    /// <summary>Appends write no rows, and every read folds the history: for logs whose worlds are not read.</summary>
    Off,

    /// <summary>Every append writes the rows in its transaction, and questions about worlds are answered from them.</summary>
    Inline,
}
