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
    // Short statements: while one reads, dead versions of the rows of streams that are appended to pile up.
    private const int MostRows = 2_560;

    // From then on it seals as fast as it can.
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(30);

    private readonly Sealer _sealer = new(options);
    private readonly CheckpointWriter _checkpoints = new(options, timeProvider);
    private long _sealedAt = timeProvider.GetTimestamp();
    private long _signedAt = timeProvider.GetTimestamp();
    private TimeSpan _took;
    private long _behindSince;
    private bool _isFull;
    private bool _hasMore = true;

    // Each batch writes the last tiles again, so small ones are gathered. While there is more than one batch, appends keep the machine busy: the seal takes a third of
    // the time, unless it would fall behind for long.
    public override TimeSpan Pause => !_isFull ? seal.SealEvery - timeProvider.GetElapsedTime(_sealedAt)
        : timeProvider.GetElapsedTime(_behindSince) < LongestLag ? (2 * _took) - timeProvider.GetElapsedTime(_sealedAt)
        : TimeSpan.Zero;

    public override TimeSpan Gathers => seal.SealEvery;

    public override TimeSpan? Due => _hasMore && seal.Signers.Count > 0 ? seal.CheckpointEvery - timeProvider.GetElapsedTime(_signedAt) : null;

    public override async Task<ShardPage> RunAsync(
        NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var began = timeProvider.GetTimestamp();
        var page = await _sealer.SealAsync(connection, ceiling, Math.Min(rows, MostRows), (Name, from), cancellationToken).ConfigureAwait(false);
        var (isFull, now) = (page.Reached < ceiling, timeProvider.GetTimestamp());
        _behindSince = isFull && !_isFull ? now : _behindSince;
        (_sealedAt, _isFull, _took) = (now, isFull, timeProvider.GetElapsedTime(began, now));
        _hasMore |= page.Events > 0;
        return page;
    }

    public override async Task RunDueAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        _signedAt = timeProvider.GetTimestamp();
        try
        {
            var note = await _checkpoints.SignAsync(connection, seal.Signers, seal.Anchor, cancellationToken).ConfigureAwait(false);
            _hasMore = !await CosignAsync(connection, note, cancellationToken).ConfigureAwait(false);
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

    // False if a witness did not.
    private async Task<bool> CosignAsync(NpgsqlConnection connection, SignedNote note, CancellationToken cancellationToken)
    {
        var areAll = true;
        foreach (var witness in seal.Witnesses)
        {
            try
            {
                await _checkpoints.CosignAsync(connection, note, witness, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is WitnessException or SealBrokenException or SealFormatException)
            {
                areAll = false;
                SealLog.NotCosigned(logger, fault);
            }
        }

        return areAll;
    }
}
