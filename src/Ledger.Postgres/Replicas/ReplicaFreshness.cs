namespace Ledger.Postgres.Replicas;

/// <summary>How new the answer of a standby must be.</summary>
/// <remarks>Immutable. A standby that is not so far after <see cref="Patience"/> is passed over, and the primary answers.</remarks>
public sealed record ReplicaFreshness
{
    private ReplicaFreshness()
    {
    }

    /// <summary>It has everything that was committed before the question was asked, by any program.</summary>
    /// <remarks>The primary is asked for its position first, which costs it one short statement a question.</remarks>
    public static ReplicaFreshness Now { get; } = new() { IsNow = true };

    /// <summary>However old it is.</summary>
    public static ReplicaFreshness Any { get; } = new();

    /// <summary>How long is waited for a standby: default 2 seconds, from zero to an hour.</summary>
    public TimeSpan Patience
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromHours(1));
            field = value;
        }
    } = TimeSpan.FromSeconds(2);

    internal bool IsNow { get; private init; }

    internal WalPosition? Position { get; private init; }

    /// <summary>It has everything up to a position, such as that of an append of the same user: see <see cref="PostgresEventStore.GetWalPositionAsync"/>.</summary>
    public static ReplicaFreshness After(WalPosition position) => new() { Position = position };
}
