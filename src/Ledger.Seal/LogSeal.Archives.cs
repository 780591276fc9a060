using Ledger.Postgres.Retention;
using Ledger.Seal.Trees;

namespace Ledger.Seal;

/// <content>Proofs for the archives of retention.</content>
public sealed partial class LogSeal : IArchiveProofs
{
    async Task<(string Note, long Size)?> IArchiveProofs.FindCheckpointAsync(CancellationToken cancellationToken) =>
        await FindCheckpointAsync(cancellationToken).ConfigureAwait(false) is { } note ? (note.ToString(), Checkpoint.Of(note).Size) : null;

    async Task<IReadOnlyList<IReadOnlyList<byte[]>>> IArchiveProofs.ProveAsync(IReadOnlyList<long> leaves, long size, CancellationToken cancellationToken) => await UseAsync(
        (connection, token) => _reading.AskAsync(connection, (TileTree tree) => leaves.Select(leaf => (IReadOnlyList<byte[]>)tree.Inclusion(leaf, size)).ToList(), token),
        cancellationToken).ConfigureAwait(false);
}
