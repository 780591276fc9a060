namespace Ledger.Records;

/// <summary>The options of a record store.</summary>
public sealed record ChronoOptions
{
    /// <summary>How deep the writer is in a chain of agents, 0 or more; stamped on every record and event it writes. Default: 0.</summary>
    public long RecursionDepth { get; init; }

    /// <summary>The rules for the values of records. Default: those of <see cref="ChronoRules"/>.</summary>
    public ChronoRules Rules { get; init; } = ChronoRules.Default;

    /// <summary>The clock for the times of events. Default: the system clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
