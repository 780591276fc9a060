using Ledger.Postgres.Log;
using Ledger.Seal.Auditing;
using Ledger.Seal.Entries;
using Ledger.Seal.Sealing;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Seal;

/// <content>Whether events that are shown are as they were sealed.</content>
public sealed partial class LogSeal
{
    /// <summary>Compares events of the log with the newest checkpoint, by the hashes that lead to its root.</summary>
    /// <remarks>
    /// Whose signature the checkpoint has is not looked at, so this notices rows that were changed beside the log, and not a log that was replaced with its seal: that
    /// takes a key, as <see cref="SealFile"/> and <see cref="AuditAsync"/> are given. Events that are gone are not in the answer.
    /// </remarks>
    /// <param name="ids">The events; a thousand are a good batch.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Those that the log has; null if it has no checkpoint.</returns>
    /// <exception cref="SealBrokenException">A part of the tree is missing, or the checkpoint is no checkpoint any more.</exception>
    public Task<IReadOnlyList<CheckedEvent>?> CheckAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return UseAsync<IReadOnlyList<CheckedEvent>?>(
            async (connection, token) =>
            {
                if (await FindHeadAsync(connection, token).ConfigureAwait(false) is not (var head, _))
                {
                    return null;
                }

                var rows = await _reading.ListAsync(
                    connection, "sealed_events", p => p.With(ids.Distinct().ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid), ReadChecked, token).ConfigureAwait(false);
                var proofs = await _reading.AskAsync(
                    connection, tree => rows.ConvertAll(row => row.Leaf < head.Size ? tree.Inclusion(row.Leaf.Value, head.Size) : null), token).ConfigureAwait(false);
                return [.. rows.Select((row, i) => new CheckedEvent(row.Columns.Id, StateOf(row, proofs[i], head)))];
            },
            cancellationToken);
    }

    // The newest checkpoint, whose row may have been changed too.
    private async Task<(Checkpoint Head, DateTimeOffset Time)?> FindHeadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await _checkpoints.FindLastAsync(connection, long.MaxValue, cancellationToken).ConfigureAwait(false) is (var note, var time)
                ? (Checkpoint.Of(note), time)
                : null;
        }
        catch (SealFormatException fault)
        {
            throw new SealBrokenException($"The newest checkpoint was changed: {fault.Message} 'ledger seal audit' says more.");
        }
    }

    private static (EventColumns Columns, long? Leaf, EntrySalts? Salts, bool IsPassed, MaskedContent? Masked) ReadChecked(NpgsqlDataReader reader)
    {
        var (columns, leaf, salts) = ReadSealed(reader);
        const int by = SealRow.Leaf + 8;
        return (columns, leaf, salts, reader.GetBoolean(by - 1), reader.IsDBNull(by) ? null : new MaskedContent(
            columns.Sequence, reader.GetGuid(by), reader.GetFieldValue<byte[]>(by + 1), Text(by + 2), Text(by + 3), Text(by + 4)));

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    private static CheckedState StateOf(
        (EventColumns Columns, long? Leaf, EntrySalts? Salts, bool IsPassed, MaskedContent? Masked) row, List<byte[]>? proof, Checkpoint head)
    {
        if (proof is null || row.Leaf is not { } leaf)
        {
            return row is { Leaf: null, IsPassed: true } ? CheckedState.Changed : CheckedState.NotSealed;
        }

        return !row.Salts!.IsWhole || !MerkleTree.Includes(leaf, head.Size, LeafOf(row.Columns, row.Salts), proof, head.Root.Span) ? CheckedState.Changed
            : !row.Salts.IsErased ? CheckedState.AsSealed
            : MaskedContent.IsGone(row.Columns, row.Salts, row.Masked) ? CheckedState.Erased
            : CheckedState.Changed;
    }

    // A forged row may have what no entry can hold.
    private static byte[] LeafOf(EventColumns columns, EntrySalts salts)
    {
        try
        {
            return MerkleTree.HashLeaf(columns.ToEntry(salts).Encode());
        }
        catch (Exception fault) when (fault is SealFormatException or ArgumentException)
        {
            return MerkleTree.EmptyRoot;
        }
    }
}
