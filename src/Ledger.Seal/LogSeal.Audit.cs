using Ledger.Postgres.Connecting;
using Ledger.Seal.Auditing;

namespace Ledger.Seal;

/// <content>The audit of the whole log.</content>
public sealed partial class LogSeal
{
    /// <summary>Compares every sealed row with the tree, and the tree with its checkpoints.</summary>
    /// <remarks>
    /// Reads the whole log, in pages and on up to three connections, as of the moment at which it begins, while others append. As with a dump, PostgreSQL keeps rows that are
    /// replaced meanwhile until it ends. It finds rows that were changed, removed, inserted, moved or cut off, and branches whose prefix was
    /// forged. A row that was changed together with its leaf, its tiles and its checkpoints is found only by a checkpoint that was kept elsewhere, or by a key that
    /// the forger does not have. A change that was made before the event was sealed is not seen.
    /// </remarks>
    /// <param name="options">What it is compared with, and who is told; null for the checkpoints of the database alone.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task<SealAudit> AuditAsync(SealAuditOptions? options = null, CancellationToken cancellationToken = default) => Promptly.RunAsync(
        token => RunAuditAsync(new AuditReader(_options), options ?? new SealAuditOptions(), token), TimeProvider.System, cancellationToken);

    internal async Task<SealAudit> RunAuditAsync(AuditReader reader, SealAuditOptions options, CancellationToken cancellationToken)
    {
        var snapshot = await AuditSnapshot.TakeAsync(_dataSource, _options, cancellationToken).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        return await new Auditor(snapshot, reader, options).RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
