using System.Globalization;
using Ledger.Postgres;
using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Seal.Sealing;

/// <summary>Signs the head of the tree, and stores checkpoints.</summary>
internal sealed class CheckpointWriter(PostgresOptions options)
{
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

        // No transaction is open while a signer, which may be far away, is waited for. The commit of the checkpoint brings the tree to the disk too.
        var edge = await _reading.ReadEdgeAsync(connection, cancellationToken).ConfigureAwait(false);
        if (edge.Size == 0)
        {
            throw new NotSealedException("Nothing is sealed yet, so there is nothing to sign.");
        }

        var text = new Checkpoint(NoteKey.Parse(signers[0].VerifierKey).Name, edge.Size, edge.Root()).ToText();
        if (await FindLastAsync(connection, long.MaxValue, cancellationToken).ConfigureAwait(false) is { } last)
        {
            if (last.Note.Text == text && signers.All(s => NoteKey.Parse(s.VerifierKey) is var key && last.Note.Signatures.Any(n => n.Name == key.Name && n.KeyId == key.Id)))
            {
                // It may not have come as far as the anchor.
                await (anchor?.KeepAsync(last.Note, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
                return last.Note;
            }

            await CheckExtendsAsync(connection, last.Note, edge.Size, cancellationToken).ConfigureAwait(false);
        }

        if (anchor is not null && await anchor.FindLastAsync(cancellationToken).ConfigureAwait(false) is { } kept)
        {
            await CheckExtendsAsync(connection, kept, edge.Size, cancellationToken).ConfigureAwait(false);
        }

        var note = await SignedNote.SignAsync(text, signers, cancellationToken).ConfigureAwait(false);
        note = await SaveAsync(connection, note, cancellationToken).ConfigureAwait(false);
        if (anchor is not null)
        {
            await anchor.KeepAsync(note, cancellationToken).ConfigureAwait(false);
        }

        return note;
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
        var stored = await _reading.ListAsync(
            connection, "lock_checkpoint", p => p.With(size, NpgsqlDbType.Bigint), reader => SignedNote.Parse(reader.GetString(0)), cancellationToken).ConfigureAwait(false);
        if (stored.Count > 0)
        {
            note = stored[0].Text == note.Text ? stored[0].With(note.Signatures) : throw Rewritten(size);
        }

        var save = new NpgsqlCommand(SealSql.Load("save_checkpoint", options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var __ = save.ConfigureAwait(false);
        await save.With(size, NpgsqlDbType.Bigint).WithText(note.ToString()).ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return note;
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
