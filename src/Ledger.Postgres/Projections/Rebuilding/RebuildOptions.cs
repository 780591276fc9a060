namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>How a rebuild goes about it.</summary>
public sealed record RebuildOptions
{
    /// <summary>Where it begins: default <see cref="RebuildMode.Fresh"/>.</summary>
    public RebuildMode Mode { get; init; }

    /// <summary>How many connections read and write side by side, where streams are independent: default one more than the processors of this
    /// machine, at most 8; from 1 to 64. A resumed rebuild has as many as it began with.</summary>
    public int Parallelism
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 64);
            field = value;
        }
    }
    = Math.Min(8, Environment.ProcessorCount + 1);
}
