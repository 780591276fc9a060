namespace Ledger.Postgres;

/// <summary>Whether worlds are stored as rows, and when these are written.</summary>
public enum WorldRows
{
    /// <summary>Appends write no rows, and every read folds the history: for logs whose worlds are not read.</summary>
    Off,

    /// <summary>Every append writes the rows in its transaction, and questions about worlds are answered from them.</summary>
    Inline,

    /// <summary>Appends write no rows. A daemon writes them within a second or two, and a question about a world first writes those that it needs.</summary>
    /// <remarks>For logs with many writers whose worlds are read less often than they change. Answers are the same as with <see cref="Inline"/>. On a standby, and in a
    /// transaction that only reads, a world whose rows are not complete is folded.</remarks>
    Async,
}
