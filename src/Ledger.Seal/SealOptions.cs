using Ledger.Postgres.Projections.Daemon;
using Ledger.Seal.Sealing;

namespace Ledger.Seal;

/// <summary>How a node seals the log.</summary>
/// <remarks>Immutable.</remarks>
public sealed record SealOptions
{
    /// <summary>The keys that sign checkpoints: default none, and the log is sealed without them. The name of the first is the origin of the log, which differs from
    /// log to log.</summary>
    /// <remarks>To change a key, sign with both for as long as verifiers need to learn the new one.</remarks>
    public IReadOnlyList<INoteSigner> Signers { get; init; } = [];

    /// <summary>How often a checkpoint is signed while the log grows: default one minute, from 100 ms to one day.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long events are gathered before they are sealed: default one second, from zero to one minute. An event that is changed before is sealed as changed.</summary>
    public TimeSpan SealEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where checkpoints are kept outside of the database: default null, nowhere.</summary>
    public ICheckpointAnchor? Anchor { get; init; }

    /// <summary>The witnesses that are asked to cosign each checkpoint: default none. One that does not is logged, and asked again with the next.</summary>
    public IReadOnlyList<CheckpointWitness> Witnesses { get; init; } = [];

    internal SealOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointEvery, TimeSpan.FromMilliseconds(100), nameof(CheckpointEvery));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CheckpointEvery, TimeSpan.FromDays(1), nameof(CheckpointEvery));
        ArgumentOutOfRangeException.ThrowIfLessThan(SealEvery, TimeSpan.Zero, nameof(SealEvery));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SealEvery, TimeSpan.FromMinutes(1), nameof(SealEvery));
        foreach (var signer in Signers)
        {
            if (NoteKey.Parse(signer.VerifierKey).Name != NoteKey.Parse(Signers[0].VerifierKey).Name)
            {
                throw new ArgumentException("The keys that sign a log have one name, the origin of the log.", nameof(Signers));
            }
        }

        return this;
    }
}

/// <summary>Adds the seal to a daemon.</summary>
public static class SealDaemonExtensions
{
    /// <summary>The options of a node that also seals the log; of several nodes one does it at a time.</summary>
    /// <exception cref="ArgumentException">The options have a fault.</exception>
    public static DaemonOptions WithSeal(this DaemonOptions options, SealOptions seal)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(seal);
        var @checked = seal.Checked();
        return options with
        {
            FurtherShards = [.. options.FurtherShards, (postgres, logger, clock) => new SealShard(@checked, postgres, logger, clock)],
        };
    }
}
