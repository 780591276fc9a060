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
    /// <summary>Whether the role of the connections may read the salts of the seal, as that of an auditor or operator may: proofs, checks, audits and entries need them.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<bool> MayProveAsync(CancellationToken cancellationToken = default) =>
        UseAsync(async (connection, token) => (await ReadHeadToCheckAsync(connection, token).ConfigureAwait(false)).MayProve, cancellationToken);

    /// <summary>Compares events of the log with the newest checkpoint, by the hashes that lead to its root.</summary>
    /// <remarks>
    /// Whose signature the checkpoint has is not looked at, so this notices rows that were changed beside the log, and not a log that was replaced with its seal: that
    /// takes a key, as <see cref="SealFile"/> and <see cref="AuditAsync"/> are given. Events that are gone are not in the answer. Where tiles of the tree were changed, they are
    /// built again from what is below them: the events are compared with that, and name the tile.
    /// </remarks>
    /// <param name="ids">The events; a thousand are a good batch.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Those that the log has; null if it has no checkpoint.</returns>
    /// <exception cref="UnauthorizedAccessException">The role of the connection may not read the salts of the seal, as that of an auditor or operator may.</exception>
    /// <exception cref="SealBrokenException">A part of the tree is missing or was changed with what is below it, or the checkpoint is no checkpoint any more.</exception>
    public Task<IReadOnlyList<CheckedEvent>?> CheckAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return UseAsync<IReadOnlyList<CheckedEvent>?>(
            async (connection, token) =>
            {
                if (await FindHeadToCheckAsync(connection, token).ConfigureAwait(false) is not { } head)
                {
                    return null;
                }

                var rows = await _reading.ListAsync(
                    connection, "sealed_events", p => p.With(ids.Distinct().ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid), ReadChecked, token).ConfigureAwait(false);
                var proofs = await _reading.FindAsync(
                    connection, tree => rows.ConvertAll(row => row.Leaf < head.Size ? tree.Inclusion(row.Leaf.Value, head.Size) : null), token).ConfigureAwait(false);
                var mending = new TileMending(_reading, connection, head);
                var states = new List<CheckedEvent>(rows.Count);
                for (var i = 0; i < rows.Count; i++)
                {
                    states.Add(await CheckAsync(rows[i], proofs?[i], head, mending, token).ConfigureAwait(false));
                }

                return states;
            },
            cancellationToken);
    }

    private static async Task<CheckedEvent> CheckAsync(CheckedRow row, List<byte[]>? proof, Checkpoint head, TileMending mending, CancellationToken cancellationToken)
    {
        var id = row.Columns.Id;
        if (row.Leaf is not { } leaf || leaf >= head.Size)
        {
            return new CheckedEvent(id, row is { Leaf: null, IsPassed: true } ? CheckedState.Changed : CheckedState.NotSealed);
        }

        if (!row.Salts!.IsWhole)
        {
            return new CheckedEvent(id, CheckedState.Changed);
        }

        var hash = SealRow.HashOf(row.Columns, row.Salts);
        if (proof is not null && MerkleTree.Includes(leaf, head.Size, hash, proof, head.Root.Span))
        {
            return StateOf(row);
        }

        var found = await mending.FindLeafAsync(leaf, cancellationToken).ConfigureAwait(false);
        var state = found.Span.SequenceEqual(hash) ? StateOf(row) : new CheckedEvent(id, CheckedState.Changed);
        return mending.FindDamaged(leaf) is { } tile ? state with { DamagedTile = tile.PathOf(tile.WidthIn(head.Size)) } : state;
    }

    private static CheckedEvent StateOf(CheckedRow row) => new(
        row.Columns.Id,
        !row.Salts!.IsErased ? CheckedState.AsSealed
            : MaskedContent.IsGone(row.Columns, row.Salts, row.Masked) ? CheckedState.Erased
            : CheckedState.Changed)
    {
        Erased = row.Salts.Erased,
    };

    // The newest checkpoint, if the role may read what events are compared with: the question whether it may is no error, which a refusal would be in the server's log.
    private async Task<Checkpoint?> FindHeadToCheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var (mayProve, role, note) = await ReadHeadToCheckAsync(connection, cancellationToken).ConfigureAwait(false);
        return note is null ? null
            : mayProve ? Trusted(() => Checkpoint.Of(SignedNote.Parse(note)))
            : throw new UnauthorizedAccessException($"The role '{role}' may not read the salts of the seal, without which no event is compared with it. An auditor or operator may.");
    }

    private async Task<(bool MayProve, string Role, string? Note)> ReadHeadToCheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => (await _reading.ListAsync(
        connection,
        "checked_head",
        _ => { },
        reader => (reader.GetBoolean(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2)),
        cancellationToken).ConfigureAwait(false))[0];

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
            throw Changed(fault);
        }
    }

    private static Checkpoint Trusted(Func<Checkpoint> read)
    {
        try
        {
            return read();
        }
        catch (SealFormatException fault)
        {
            throw Changed(fault);
        }
    }

    private static SealBrokenException Changed(SealFormatException fault) => new($"The newest checkpoint was changed: {fault.Message} 'ledger seal audit' says more.");

    private static CheckedRow ReadChecked(NpgsqlDataReader reader)
    {
        var (columns, leaf, salts) = ReadSealed(reader);
        const int by = SealRow.Leaf + 8;
        return new CheckedRow(columns, leaf, salts, reader.GetBoolean(by - 1), reader.IsDBNull(by) ? null : new MaskedContent(
            columns.Sequence, reader.GetGuid(by), reader.GetInt64(by + 1), reader.GetFieldValue<byte[]>(by + 2), Text(by + 3), Text(by + 4), Text(by + 5)));

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    // IsPassed: whether later events are sealed.
    private sealed record CheckedRow(EventColumns Columns, long? Leaf, EntrySalts? Salts, bool IsPassed, MaskedContent? Masked);
}
