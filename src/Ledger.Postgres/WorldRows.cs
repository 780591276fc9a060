namespace Ledger.Postgres;

/// <summary>Whether worlds are kept as rows beside the log.</summary>
public enum WorldRows
{
    /// <summary>Appends write none, and every question folds the history: for logs that nobody asks for worlds.</summary>
    Off,

    /// <summary>Every append writes the rows in its transaction, and questions about worlds are answered from them.</summary>
    Inline,
}
