using Ledger.Postgres;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Subscriptions;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Seal.Sealing;
using Npgsql;

namespace Ledger.Seal;

/// <summary>The seal of a log: seals, signs, proves and audits.</summary>
/// <remarks>
/// In a schema of many tenants it is that of the tenant of the connections: each has a tree, checkpoints and an origin of its own, as it would have in a database of its own.
/// Safe for concurrent use, also while a daemon seals. It does not own the data source, and needs the migrations: see <see cref="LedgerMigrator"/>.
/// </remarks>
public sealed partial class LogSeal
{
    private const int PageRows = 10_000;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _dataSource;
    private readonly PostgresOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly SealReading _reading;
    private readonly CheckpointWriter _checkpoints;

    /// <summary>Works on a data source.</summary>
    /// <param name="dataSource">The connections.</param>
    /// <param name="options">Where the tables are; null for the defaults.</param>
    /// <param name="timeProvider">The clock that measures waiting; null for the system's.</param>
    /// <exception cref="PostgresOptionsException">The options have a fault.</exception>
    public LogSeal(NpgsqlDataSource dataSource, PostgresOptions? options = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = PostgresDataSources.ForWriting(dataSource);
        _options = (options ?? new PostgresOptions()).Checked();
        TenancyGuard.Note(_dataSource, _options.Schemas);
        _timeProvider = timeProvider ?? TimeProvider.System;
        _reading = new SealReading(_options);
        _checkpoints = new CheckpointWriter(_options, _timeProvider);
    }

    /// <summary>How far the seal is.</summary>
    public Task<SealStatus> GetStatusAsync(CancellationToken cancellationToken = default) => UseAsync(
        async (connection, token) =>
        {
            var counts = await _reading.ListAsync(
                connection, "count_unsealed", _ => { }, r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3)), token).ConfigureAwait(false);
            var (size, sequence, unsealed, checkpoints) = counts[0];
            var last = await _checkpoints.FindLastAsync(connection, long.MaxValue, token).ConfigureAwait(false);
            return new SealStatus(size, sequence, unsealed, checkpoints, last?.Note, last?.Time);
        },
        cancellationToken);

    /// <summary>Seals what is in the log now; an event whose number a running transaction holds back, and those after it, are left for a second at most.</summary>
    /// <returns>How many events were added.</returns>
    public Task<long> SealAsync(CancellationToken cancellationToken = default) => UseAsync(
        async (connection, token) =>
        {
            var gaps = new GapTimeout(_timeProvider, _options.ForeignWriters);
            var mark = new HighWaterMark(_options, gaps, _timeProvider);
            var heads = await _reading.ListAsync(connection, "count_unsealed", _ => { }, r => r.GetInt64(1), token).ConfigureAwait(false);
            mark.Begin(heads[0]);
            var (before, moved) = (-1L, _timeProvider.GetTimestamp());
            while (mark.Value > before || _timeProvider.GetElapsedTime(moved) < LongestWait)
            {
                (before, moved) = mark.Value > before ? (mark.Value, _timeProvider.GetTimestamp()) : (before, moved);
                if (!await mark.AdvanceAsync(connection, token).ConfigureAwait(false))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(1), _timeProvider, token).ConfigureAwait(false);
                }

                if (mark.Value >= mark.Numbers.Newest)
                {
                    break;
                }
            }

            var (sealer, added) = (new Sealer(_options), 0L);
            for (var reached = heads[0]; reached < mark.Value;)
            {
                var page = await sealer.SealAsync(connection, mark.Value, PageRows, null, token).ConfigureAwait(false);
                (reached, added) = (page.Reached, added + page.Events);
            }

            return added;
        },
        cancellationToken);

    /// <summary>Signs the tree as it is, and keeps the checkpoint. Nothing is signed again if the newest checkpoint has its signatures.</summary>
    /// <param name="signers">The keys; the name of the first is the origin of the log.</param>
    /// <param name="anchor">Where it is kept outside of the database; null for nowhere.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="NotSealedException">Nothing is sealed.</exception>
    /// <exception cref="SealBrokenException">The tree does not extend a checkpoint that was signed before.</exception>
    public Task<SignedNote> CheckpointAsync(
        IReadOnlyList<INoteSigner> signers, ICheckpointAnchor? anchor = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signers);
        return UseAsync((connection, token) => _checkpoints.SignAsync(connection, signers, anchor, token), cancellationToken);
    }

    /// <summary>The newest checkpoint; null for none.</summary>
    public Task<SignedNote?> FindCheckpointAsync(CancellationToken cancellationToken = default) => UseAsync(
        async (connection, token) => (await _checkpoints.FindLastAsync(connection, long.MaxValue, token).ConfigureAwait(false))?.Note, cancellationToken);

    /// <summary>Adds the cosignatures of witnesses to a stored checkpoint.</summary>
    /// <param name="note">The checkpoint as the witness returned it.</param>
    /// <param name="witnesses">The keys of the witnesses; signatures of others are not taken.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The checkpoint with its signatures.</returns>
    /// <exception cref="SealFormatException">A signature is wrong, or none is of these witnesses.</exception>
    /// <exception cref="NotSealedException">There is no such checkpoint.</exception>
    public async Task<SignedNote> AddCosignaturesAsync(
        SignedNote note, IReadOnlyCollection<NoteKey> witnesses, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(note);
        var signers = note.FindSigners(witnesses).Where(k => k.IsWitness).ToList();
        if (signers.Count == 0)
        {
            throw new SealFormatException("The checkpoint has no cosignature of the witnesses that were given.");
        }

        return await UseAsync(
            async (connection, token) =>
            {
                var size = Checkpoint.Of(note).Size;
                var stored = await _checkpoints.FindLastAsync(connection, size, token).ConfigureAwait(false);
                return stored?.Note.Text == note.Text
                    ? await _checkpoints.SaveAsync(
                        connection,
                        new SignedNote(note.Text, [.. note.Signatures.Where(s => signers.Any(k => k.Name == s.Name && k.Id == s.KeyId))]),
                        token).ConfigureAwait(false)
                    : throw new NotSealedException($"The log has signed no checkpoint with the text of this one, of size {size}.");
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has a witness cosign the newest checkpoint, and keeps the cosignature. It is not asked again for one that it has cosigned.</summary>
    /// <returns>The checkpoint with its signatures.</returns>
    /// <exception cref="NotSealedException">There is no checkpoint.</exception>
    /// <exception cref="WitnessException">The witness could not be asked, or does not cosign, as when it does not know the log.</exception>
    /// <exception cref="SealBrokenException">The witness has cosigned a checkpoint that the log does not extend.</exception>
    public Task<SignedNote> CosignAsync(CheckpointWitness witness, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(witness);
        return UseAsync(
            async (connection, token) =>
                await _checkpoints.CosignAsync(connection, (await ReadHeadAsync(connection, token).ConfigureAwait(false)).Note, witness, token).ConfigureAwait(false),
            cancellationToken);
    }

    private Task<T> UseAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken) =>
        Connections.UseAsync(_dataSource, _options, use, cancellationToken);

    // The checkpoint that proofs lead to.
    private async Task<(SignedNote Note, Checkpoint Head)> ReadHeadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var note = (await _checkpoints.FindLastAsync(connection, long.MaxValue, cancellationToken).ConfigureAwait(false))?.Note
            ?? throw new NotSealedException("The log has no checkpoint yet. Sign one with 'ledger seal checkpoint', or give the daemon a key.");
        return (note, Checkpoint.Of(note));
    }
}
