namespace Ledger.Seal;

/// <summary>A place outside of the database that keeps checkpoints, so that a log which was cut off or restored from an older backup is noticed.</summary>
public interface ICheckpointAnchor
{
    /// <summary>The largest checkpoint that is kept; null for none.</summary>
    Task<SignedNote?> FindLastAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a checkpoint. A checkpoint is signed only once; it may be given again after a crash.</summary>
    Task KeepAsync(SignedNote checkpoint, CancellationToken cancellationToken);
}
