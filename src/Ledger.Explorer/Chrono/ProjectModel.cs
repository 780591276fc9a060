using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Explorer.Chrono;

/// <summary>A record store: its chain, and a page of its records.</summary>
internal sealed record ProjectModel
{
    /// <summary>The number of records on a page.</summary>
    public const int PerPage = 100;

    public required string Project { get; init; }

    public required ChainHead Head { get; init; }

    public required long Records { get; init; }

    /// <summary>The check of the chain; null if it would read a long history and was not asked for.</summary>
    public required ChainVerdict? Verdict { get; init; }

    /// <summary>Whether the rows shown were compared with the log too.</summary>
    public bool RowsCompared { get; init; }

    /// <summary>Whether a record's row or its history differs from the log.</summary>
    public bool Differs(ChronoRecord record) => Verdict?.Warnings.Any(w => w.RecordId == record.Id) == true;

    public required ChronoQuery Query { get; init; }

    public required int Skip { get; init; }

    public required IReadOnlyList<ChronoRecord> Shown { get; init; }

    public required bool HasMore { get; init; }
}

/// <summary>A record with its history.</summary>
/// <param name="Project">The name of its store.</param>
/// <param name="Id">Its id.</param>
/// <param name="AtSeq">The event of the chain after which it is shown; null for now.</param>
/// <param name="Record">The record; null if it did not exist then.</param>
/// <param name="History">The events of the chain about it, oldest first.</param>
/// <param name="Verdict">The check of the chain; null if it would read a long history.</param>
/// <param name="RowsCompared">Whether the check compared the row shown with the log too.</param>
internal sealed record RecordModel(
    string Project, string Id, long? AtSeq, ChronoRecord? Record, IReadOnlyList<WalEvent> History, ChainVerdict? Verdict, bool RowsCompared)
{
    /// <summary>How its row or its history differs from the log; empty if nothing was compared.</summary>
    public IEnumerable<string> Differences => Verdict?.Warnings.Where(w => w.RecordId == Id).Select(w => w.Text) ?? [];
}
