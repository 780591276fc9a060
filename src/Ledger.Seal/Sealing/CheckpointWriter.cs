using System.Globalization;
using Ledger.Postgres;
using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Seal.Sealing;

/// <summary>Signs the head of the tree, and stores checkpoints.</summary>
internal sealed class CheckpointWriter(PostgresOptions options, TimeProvider timeProvider)
{
    // How long a signer or an anchor, which may be far away, is waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SealReading _reading = new(options);

    /// <summary>Signs the tree as it is, unless the newest checkpoint is of this size and has these signatures.</summary>
    /// <exception cref="NotSealedException">The tree is empty.</exception>
    /// <exception cref="SealBrokenException">The tree does not extend a checkpoint that was signed before.</exception>
    public async Task<SignedNote> SignAsync(
        NpgsqlConnection connection, IReadOnlyList<INoteSigner> signers, ICheckpointAnchor? anchor, CancellationToken cancellationToken)
    {
        if (signers.Count == 0)
        {
            throw new ArgumentException("A checkpoint needs at least one key that signs it.");
        }

        // Of several that sign at once each reads the checkpoints before the tree: one that is signed meanwhile may be larger than the tree was.
        var origin = NoteKey.Parse(signers[0].VerifierKey).Name;
        var last = (await FindLastAsync(connection, long.MaxValue, cancellationToken).ConfigureAwait(false))?.Note;
        var kept = anchor is null ? null : await anchor.FindLastAsync(cancellationToken).WaitAsync(Patience, timeProvider, cancellationToken).ConfigureAwait(false);
        Check(last, origin, signers, "The newest checkpoint");
        Check(kept, origin, signers, "The newest checkpoint of the anchor");

        // No transaction is open while a signer is waited for. The commit of the checkpoint brings the tree to the disk too.
        var edge = await _reading.ReadEdgeAsync(connection, cancellationToken).ConfigureAwait(false);
        if (edge.Size == 0)
        {
            throw new NotSealedException("Nothing is sealed yet, so there is nothing to sign.");
        }

        var text = new Checkpoint(origin, edge.Size, edge.Root()).ToText();
        if (last is not null)
        {
            if (last.Text == text && signers.All(s => NoteKey.Parse(s.VerifierKey) is var key && last.Signatures.Any(n => n.Name == key.Name && n.KeyId == key.Id)))
            {
                // It may not have come as far as the anchor.
                await KeepAsync(anchor, last, cancellationToken).ConfigureAwait(false);
                return last;
            }

            await CheckExtendsAsync(connection, last, edge.Size, cancellationToken).ConfigureAwait(false);
        }

        if (kept is not null)
        {
            await CheckExtendsAsync(connection, kept, edge.Size, cancellationToken).ConfigureAwait(false);
        }

        var note = await SignedNote.SignAsync(text, signers, cancellationToken).WaitAsync(Patience, timeProvider, cancellationToken).ConfigureAwait(false);
        note = await SaveAsync(connection, note, cancellationToken).ConfigureAwait(false);
        await KeepAsync(anchor, note, cancellationToken).ConfigureAwait(false);
        return note;
    }

    /// <summary>Has a witness cosign a checkpoint that is stored, unless it has already, and keeps the cosignature.</summary>
    /// <exception cref="WitnessException">It does not.</exception>
    /// <exception cref="SealBrokenException">It has cosigned what the log does not extend.</exception>
    public async Task<SignedNote> CosignAsync(NpgsqlConnection connection, SignedNote note, CheckpointWitness witness, CancellationToken cancellationToken)
    {
        if (witness.HasCosigned(note))
        {
            return note;
        }

        var size = Checkpoint.Of(note).Size;
        var cosignatures = await witness.AskAsync(
            note, old => _reading.AskAsync(connection, tree => tree.Consistency(Math.Min(old, size), size), cancellationToken), cancellationToken).ConfigureAwait(false);
        return await SaveAsync(connection, new SignedNote(note.Text, cosignatures), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The newest checkpoint of at most a size.</summary>
    public async Task<(SignedNote Note, DateTimeOffset Time)?> FindLastAsync(NpgsqlConnection connection, long size, CancellationToken cancellationToken)
    {
        var found = await _reading.ListAsync(
            connection,
            "last_checkpoint",
            p => p.With(size, NpgsqlDbType.Bigint),
            reader => (SignedNote.Parse(reader.GetString(1)), reader.GetFieldValue<DateTimeOffset>(2)),
            cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Stores a checkpoint; if there is one of its size, its signatures are added to that.</summary>
    public async Task<SignedNote> SaveAsync(NpgsqlConnection connection, SignedNote note, CancellationToken cancellationToken)
    {
        var size = Checkpoint.Of(note).Size;
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        await ExecuteAsync("add_checkpoint").ConfigureAwait(false);
        var stored = (await _reading.ListAsync(
            connection, "lock_checkpoint", p => p.With(size, NpgsqlDbType.Bigint), reader => SignedNote.Parse(reader.GetString(0)), cancellationToken).ConfigureAwait(false))[0];
        note = stored.Text == note.Text ? stored.With(note.Signatures) : throw Rewritten(size);
        if (note.Signatures.Count > stored.Signatures.Count)
        {
            await ExecuteAsync("save_checkpoint").ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return note;

        async Task ExecuteAsync(string sql)
        {
            var command = new NpgsqlCommand(SealSql.Load(sql, options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
            await using var __ = command.ConfigureAwait(false);
            await command.With(size, NpgsqlDbType.Bigint).WithText(note.ToString()).ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private Task KeepAsync(ICheckpointAnchor? anchor, SignedNote note, CancellationToken cancellationToken) =>
        anchor?.KeepAsync(note, cancellationToken).WaitAsync(Patience, timeProvider, cancellationToken) ?? Task.CompletedTask;

    private static void Check(SignedNote? note, string origin, IReadOnlyList<INoteSigner> signers, string what)
    {
        if (note is null)
        {
            return;
        }

        if (Checkpoint.Of(note).Origin is var other && other != origin)
        {
            throw new SealBrokenException($"{what} has another origin, '{other}', than the key, '{origin}'. Nothing was signed. Use a key of that origin, or the anchor of this log.");
        }

        try
        {
            note.FindSigners([.. signers.Select(signer => NoteKey.Parse(signer.VerifierKey))]);
        }
        catch (SealFormatException fault)
        {
            throw new SealBrokenException($"{what} was changed: {fault.Message} Nothing was signed. 'ledger seal audit' says more.");
        }
    }

    private async Task CheckExtendsAsync(NpgsqlConnection connection, SignedNote before, long size, CancellationToken cancellationToken)
    {
        var checkpoint = Checkpoint.Of(before);
        if (checkpoint.Size > size)
        {
            throw new SealBrokenException(string.Create(
                CultureInfo.InvariantCulture,
                $"A checkpoint says that the log had {checkpoint.Size} events, and the seal has {size}: the log was cut off, or restored from an older backup. Nothing was signed."));
        }

        var root = await _reading.AskAsync(connection, tree => tree.Root(checkpoint.Size), cancellationToken).ConfigureAwait(false);
        if (!root.AsSpan().SequenceEqual(checkpoint.Root.Span))
        {
            throw Rewritten(checkpoint.Size);
        }
    }

    private static SealBrokenException Rewritten(long size) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The first {size} events of the seal are not those of the checkpoint that was signed for them. Nothing was signed. 'ledger seal audit' says more."));
}
