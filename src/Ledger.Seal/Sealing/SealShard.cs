using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Ledger.Seal.Sealing;

/// <summary>Seals the log after the mark of the daemon, and signs checkpoints.</summary>
/// <remarks>Skipping an event, as a dead letter, does not leave it out: the tree goes on from its own head.</remarks>
internal sealed class SealShard(SealOptions seal, PostgresOptions options, ILogger logger, TimeProvider timeProvider)
    : ShardWork("ledger:seal:All", "seal", options)
{
    private readonly Sealer _sealer = new(options);
    private readonly CheckpointWriter _checkpoints = new(options, timeProvider);
    private long _sealedAt = timeProvider.GetTimestamp();
    private long _signedAt = timeProvider.GetTimestamp();
    private bool _isFull;
    private bool _hasMore = true;

    // Each batch writes the last tiles again, so small ones are gathered.
    public override TimeSpan Pause => _isFull ? TimeSpan.Zero : seal.SealEvery - timeProvider.GetElapsedTime(_sealedAt);

    public override TimeSpan Gathers => seal.SealEvery;

    public override TimeSpan? Due => _hasMore && seal.Signers.Count > 0 ? seal.CheckpointEvery - timeProvider.GetElapsedTime(_signedAt) : null;

    public override async Task<ShardPage> RunAsync(
        NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var page = await _sealer.SealAsync(connection, ceiling, rows, (Name, from), cancellationToken).ConfigureAwait(false);
        (_sealedAt, _isFull) = (timeProvider.GetTimestamp(), page.Reached < ceiling);
        _hasMore |= page.Events > 0;
        return page;
    }

    public override async Task RunDueAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        _signedAt = timeProvider.GetTimestamp();
        try
        {
            await _checkpoints.SignAsync(connection, seal.Signers, seal.Anchor, cancellationToken).ConfigureAwait(false);
            _hasMore = false;
        }
        catch (NotSealedException)
        {
            // An empty log.
            _hasMore = false;
        }
#pragma warning disable CA1031 // What fails is a signer, an anchor or the check of the tree: the log goes on being sealed, and the next checkpoint is tried.
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            SealLog.NotSigned(logger, fault);
        }
    }

    public override Task ReplayAsync(NpgsqlConnection connection, long sequence, Guid letter, CancellationToken cancellationToken) =>
        ForgetAsync(connection, letter, cancellationToken);
}
