namespace Ledger.Postgres.Schema;

/// <summary>The kind of a difference between a database and the result of the migrations.</summary>
public enum DifferenceKind
{
    /// <summary>An object is missing.</summary>
    Missing,

    /// <summary>An object exists that no migration creates.</summary>
    Extra,

    /// <summary>An object has another definition.</summary>
    Different,

    /// <summary>A migration or a function is not applied, or a function that is no longer used is not dropped.</summary>
    MigrationPending,

    /// <summary>A migration was applied with another text.</summary>
    MigrationChanged,

    /// <summary>A migration or a function was applied that this program is too old to know.</summary>
    MigrationUnknown,

    /// <summary>Another version of Marten has added or changed something that Ledger does not rely on: a note, and no fault.</summary>
    LeftToMarten,

    /// <summary>The sequence that numbers events is behind the newest event: appends fail.</summary>
    SequenceBehind,

    /// <summary>A reader is further than the last number that the log has given: new events would be left out.</summary>
    ProgressBeyond,

    /// <summary>An application has events in a stream of a name that only Ledger writes: its appends there are refused.</summary>
    NameReserved,
}
