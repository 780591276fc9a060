namespace Ledger.Postgres.Retention;

/// <summary>Proves archived events by the seal of the log.</summary>
public interface IArchiveProofs
{
    /// <summary>The newest signed checkpoint and the size of its tree; null if the log has none.</summary>
    Task<(string Note, long Size)?> FindCheckpointAsync(CancellationToken cancellationToken);

    /// <summary>The proofs that leaves are in the tree of a size: of each leaf, in the order of the list, the hashes from the bottom up.</summary>
    Task<IReadOnlyList<IReadOnlyList<byte[]>>> ProveAsync(IReadOnlyList<long> leaves, long size, CancellationToken cancellationToken);
}
