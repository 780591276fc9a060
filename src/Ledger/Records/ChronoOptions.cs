namespace Ledger.Records;

/// <summary>How a record store writes.</summary>
public sealed record ChronoOptions
{
    /// <summary>How deep in a chain of agents the writer is, 0 or more; stamped on every record and event that it writes. Default: 0.</summary>
    public long RecursionDepth { get; init; }

    /// <summary>Which values a record may have. Default: those of <see cref="ChronoRules"/>.</summary>
    public ChronoRules Rules { get; init; } = ChronoRules.Default;

    /// <summary>The clock of the events' times. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
