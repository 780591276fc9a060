namespace Ledger.Postgres.Schema;

/// <summary>One difference between a database and the result of the migrations.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Subject">What differs, such as <c>column 'headers' of 'ledger.mt_events'</c>.</param>
/// <param name="Expected">The definition in the migrations, or null if they have none.</param>
/// <param name="Actual">The definition in the database, or null if it has none.</param>
public sealed record SchemaDifference(DifferenceKind Kind, string Subject, string? Expected = null, string? Actual = null)
{
    /// <summary>The difference as one sentence.</summary>
    public string Message => Kind switch
    {
        DifferenceKind.Missing when Expected is { Length: > 0 } => $"The {Subject} is missing; it should be '{Expected}'.",
        DifferenceKind.Missing => $"The {Subject} is missing.",
        DifferenceKind.Extra when Actual is { Length: > 0 } => $"The {Subject} is not Ledger's; it is '{Actual}'.",
        DifferenceKind.Extra => $"The {Subject} is not Ledger's.",
        DifferenceKind.Different => $"The {Subject} is '{Actual}'; it should be '{Expected}'.",
        DifferenceKind.LeftToMarten when Expected is not null => $"The {Subject} is '{Actual}' and was '{Expected}'; it is left to Marten.",
        DifferenceKind.LeftToMarten when Actual is { Length: > 0 } => $"The {Subject} is new, '{Actual}'; it is left to Marten.",
        DifferenceKind.LeftToMarten => $"The {Subject} is new; it is left to Marten.",
        DifferenceKind.MigrationPending => $"The {Subject} is pending; run 'ledger migrate apply'.",
        DifferenceKind.MigrationChanged => $"The {Subject} was applied with another text: checksum '{Actual}', expected '{Expected}'.",
        DifferenceKind.SequenceBehind =>
            $"The {Subject} is at {Actual}, but the newest event has number {Expected}, so that appends fail; run 'ledger migrate repair'.",
        DifferenceKind.ProgressBeyond => $"The {Subject} is at {Actual}, but the last number that the log has given is {Expected}, so that new events "
            + $"up to {Actual} would be left out; run 'ledger migrate repair --reset-progress', and rebuild what it keeps.",
        DifferenceKind.NameReserved => $"The {Subject} has events of an application, whose appends are refused, because only Ledger writes streams of that name. Copy what goes on to another name ('ledger export', "
            + "'ledger append --file'), and archive it ('ledger run archive').",
        _ => $"The {Subject} was applied by version {Actual} and is unknown to this program; use that version or a newer one.",
    };

    /// <summary>The <see cref="Message"/>.</summary>
    public override string ToString() => Message;
}
