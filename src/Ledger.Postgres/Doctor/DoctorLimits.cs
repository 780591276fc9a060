namespace Ledger.Postgres.Doctor;

/// <summary>From where on <see cref="LedgerDoctor"/> calls something a problem.</summary>
public sealed record DoctorLimits
{
    /// <summary>The longest that a transaction may be open: default 5 minutes, more than zero.</summary>
    public TimeSpan Transaction { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The oldest that the first unprocessed event of a projection may be: default one minute, more than zero.</summary>
    public TimeSpan Lag { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The largest share of dead rows in a table of at least 10,000: default 0.4, more than 0 and less than 1.</summary>
    public double DeadShare { get; init; } = 0.4;

    /// <summary>How many bytes may be kept for an unused replication slot: default 1 GiB, zero or more.</summary>
    public long SlotBytes { get; init; } = 1L << 30;

    internal DoctorLimits Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Transaction, TimeSpan.Zero, nameof(Transaction));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Lag, TimeSpan.Zero, nameof(Lag));
        ArgumentOutOfRangeException.ThrowIfNegative(SlotBytes, nameof(SlotBytes));
        return DeadShare is > 0 and < 1
            ? this
            : throw new ArgumentOutOfRangeException(nameof(DeadShare), DeadShare, "It must be more than 0 and less than 1.");
    }
}
