using Ledger.Postgres.Log;
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
    /// <exception cref="SealBrokenException">A part of the tree is missing.</exception>
    public Task<IReadOnlyList<CheckedEvent>?> CheckAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return UseAsync<IReadOnlyList<CheckedEvent>?>(
            async (connection, token) =>
            {
                if (await _checkpoints.FindLastAsync(connection, long.MaxValue, token).ConfigureAwait(false) is not (var note, _))
                {
                    return null;
                }

                var head = Checkpoint.Of(note);
                var rows = await _reading.ListAsync(
                    connection, "sealed_events", p => p.With(ids.Distinct().ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid), ReadChecked, token).ConfigureAwait(false);
                var proofs = await _reading.AskAsync(
                    connection, tree => rows.ConvertAll(row => row.Leaf < head.Size ? tree.Inclusion(row.Leaf.Value, head.Size) : null), token).ConfigureAwait(false);
                return [.. rows.Select((row, i) => new CheckedEvent(row.Columns.Id, StateOf(row, proofs[i], head)))];
            },
            cancellationToken);
    }

    private static (EventColumns Columns, long? Leaf, EntrySalts? Salts, bool IsPassed) ReadChecked(NpgsqlDataReader reader)
    {
        var (columns, leaf, salts) = ReadSealed(reader);
        return (columns, leaf, salts, reader.GetBoolean(SealRow.Leaf + 7));
    }

    private static CheckedState StateOf(
        (EventColumns Columns, long? Leaf, EntrySalts? Salts, bool IsPassed) row, List<byte[]>? proof, Checkpoint head)
    {
        if (proof is null || row.Leaf is not { } leaf)
        {
            return row is { Leaf: null, IsPassed: true } ? CheckedState.Changed : CheckedState.NotSealed;
        }

        return !row.Salts!.IsWhole || !MerkleTree.Includes(leaf, head.Size, LeafOf(row.Columns, row.Salts), proof, head.Root.Span) ? CheckedState.Changed
            : row.Salts.Data is null ? CheckedState.Erased
            : CheckedState.AsSealed;
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
