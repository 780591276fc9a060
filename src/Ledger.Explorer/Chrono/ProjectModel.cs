using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Explorer.Chrono;

/// <summary>A store of records: its chain, and a page of what it has.</summary>
internal sealed record ProjectModel
{
    /// <summary>How many records a page has.</summary>
    public const int PerPage = 100;

    public required string Project { get; init; }

    public required ChainHead Head { get; init; }

    public required long Records { get; init; }

    /// <summary>Whether the chain holds; null where checking it would read a long history unasked.</summary>
    public required ChainVerdict? Verdict { get; init; }

    /// <summary>Whether the rows that are shown were compared with the log too.</summary>
    public bool RowsCompared { get; init; }

    /// <summary>Whether a record's row, or its history, is not what the log says.</summary>
    public bool Differs(ChronoRecord record) => Verdict?.Warnings.Any(w => w.RecordId == record.Id) == true;

    public required ChronoQuery Query { get; init; }

    public required int Skip { get; init; }

    public required IReadOnlyList<ChronoRecord> Shown { get; init; }

    public required bool HasMore { get; init; }
}

/// <summary>A record with what happened to it.</summary>
/// <param name="Project">Where it is.</param>
/// <param name="Id">Its id.</param>
/// <param name="AtSeq">The event of the chain behind which it is shown; null for now.</param>
/// <param name="Record">The record; null where it does not exist there.</param>
/// <param name="History">The events of the chain that are about it, from the first.</param>
internal sealed record RecordModel(string Project, string Id, long? AtSeq, ChronoRecord? Record, IReadOnlyList<WalEvent> History);
