using System.Data;
using Ledger.Postgres;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Seal.Trees;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Seal.Sealing;

/// <summary>Extends the tree by the next events of the log, each page in one transaction with the head of the tree.</summary>
/// <remarks>
/// A page is read and hashed first, and written only if the tree is as it was read and no payload was replaced since. A transaction that is open meanwhile would keep the dead versions of all rows of
/// streams that are appended to. A page that is lost in a crash is sealed again with other salts; no checkpoint knew it.
/// </remarks>
internal sealed class Sealer(PostgresOptions options)
{
    // How many parts of a page are in memory at most, with the one that is being read.
    private const int MostParts = 4;

    private PageSize _size;

    /// <summary>Seals a page.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="ceiling">The mark: events after it are not read.</param>
    /// <param name="rows">The most events.</param>
    /// <param name="shard">The progress that moves with it, and where that is; null for none.</param>
    /// <param name="cancellationToken">Stops it, with nothing done.</param>
    /// <returns>How far the tree is, and how many events were added.</returns>
    public async Task<ShardPage> SealAsync(
        NpgsqlConnection connection, long ceiling, int rows, (string Name, long From)? shard, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Not more than the page before says that there is room for: a long statement holds back the clean-up of rows.
            var most = Math.Min(rows, _size.Rows);
            var (edge, seq, moment, leaves) = await ReadAsync(connection, ceiling, most, isBeside: shard is not null, cancellationToken).ConfigureAwait(false);
            var (count, size) = (leaves.Sequences.Length, edge.Size);
            var reached = Math.Max(seq, count < most ? ceiling : leaves.Sequences[^1]);
            _size = _size.After(count, leaves.RowBytes);
            for (var i = 0; i < count; i++)
            {
                edge.Add(leaves.Hashes.AsSpan(MerkleTree.HashSize * i, MerkleTree.HashSize));
            }

            if (await WriteAsync(connection, edge, (size, seq, moment), reached, leaves, shard, cancellationToken).ConfigureAwait(false))
            {
                return new ShardPage(reached, count);
            }
        }
    }

    private async Task<(TileEdge Edge, long Sequence, string Moment, LeafPart Leaves)> ReadAsync(
        NpgsqlConnection connection, long ceiling, int rows, bool isBeside, CancellationToken cancellationToken)
    {
        // Each statement sees what was committed before it: the events are read after the moment that the tree is written by.
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var (size, seq, moment, tiles) = await ReadEdgeAsync(connection, cancellationToken).ConfigureAwait(false);
        var edge = SealReading.EdgeOf(size, tiles);
        var parts = new List<Task<LeafPart>>();
        await RowCopy.ReadAsync(
            connection,
            SealSql.LoadCopy("seal_events", options.Schemas, ("after", seq), ("ceiling", ceiling), ("rows", rows)),
            options,
            part =>
            {
                // A shard of the daemon leaves the other cores to the appends.
                parts.Add(isBeside ? Task.FromResult(LeafPart.Of(part)) : Task.Run(() => LeafPart.Of(part), CancellationToken.None));
                return parts.Count < MostParts ? ValueTask.CompletedTask : new ValueTask(parts[^MostParts]);
            },
            cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return (edge, seq, moment, LeafPart.Join(await Task.WhenAll(parts).ConfigureAwait(false)));
    }

    private async Task<(long Size, long Sequence, string Moment, Dictionary<TileId, byte[]> Tiles)> ReadEdgeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("by_index")));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SealSql.Load("seal_edge", options.Schemas)));
        await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var (size, seq, moment, tiles) = (0L, 0L, "", new Dictionary<TileId, byte[]>());
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            (size, seq, moment) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetString(5));
            if (!await reader.IsDBNullAsync(2, cancellationToken).ConfigureAwait(false))
            {
                tiles[new TileId(reader.GetInt16(2), reader.GetInt64(3))] = reader.GetFieldValue<byte[]>(4);
            }
        }

        return (size, seq, moment, tiles);
    }

    // False, with nothing written, if the tree is no longer as it was read, or an event may not be.
    private async Task<bool> WriteAsync(
        NpgsqlConnection connection,
        TileEdge edge,
        (long Size, long Sequence, string Moment) before,
        long reached,
        LeafPart leaves,
        (string Name, long From)? shard,
        CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var batch = new NpgsqlBatch(connection, transaction) { Timeout = options.CommandTimeoutSeconds };
        await using var __ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SealSql.Load("lock_seal_head", options.Schemas)));
        var head = new NpgsqlBatchCommand(SealSql.Load("move_seal_head", options.Schemas));
        head.Parameters
            .With(before.Size, NpgsqlDbType.Bigint)
            .With(before.Sequence, NpgsqlDbType.Bigint)
            .With(edge.Size, NpgsqlDbType.Bigint)
            .With(reached, NpgsqlDbType.Bigint)
            .WithText(before.Moment);
        batch.BatchCommands.Add(head);
        if (leaves.Sequences.Length > 0)
        {
            // One row of arrays: five values for each leaf cost the client more than the server saves by COPY.
            var add = new NpgsqlBatchCommand(SealSql.Load("add_leaves", options.Schemas));
            add.Parameters
                .With(before.Size, NpgsqlDbType.Bigint)
                .With(leaves.Sequences, NpgsqlDbType.Array | NpgsqlDbType.Bigint)
                .With(leaves.Salts, NpgsqlDbType.Bytea)
                .With(leaves.Checksums, NpgsqlDbType.Bytea);
            batch.BatchCommands.Add(add);
            var tiles = edge.TakeFull().Select(t => (t.Key, Hashes: t.Value)).Concat(edge.Partial().Select(t => (t.Key, Hashes: t.Value.ToArray()))).ToList();
            var save = new NpgsqlBatchCommand(SealSql.Load("save_tiles", options.Schemas));
            save.Parameters
                .With(tiles.Select(t => (short)t.Key.Level).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Smallint)
                .With(tiles.Select(t => t.Key.Index).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
                .With(tiles.Select(t => t.Hashes).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bytea);
            batch.BatchCommands.Add(save);
        }

        if (shard is ({ } name, var from))
        {
            var move = new NpgsqlBatchCommand(SqlText.Load("move_shard", options.Schemas));
            move.Parameters.WithText(name).With(from, NpgsqlDbType.Bigint).With(reached, NpgsqlDbType.Bigint);
            batch.BatchCommands.Add(move);
        }

        await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var hasMoved = false;
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                hasMoved = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
                {
                }
            }

            if (!hasMoved)
            {
                return false;
            }
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.UniqueViolation && fault.ConstraintName is "pk_seal_leaf" or "uq_seal_leaf_seq")
        {
            // The other one has added these leaves.
            await transaction.RollbackAsync(cancellationToken).ConfigureAwait(false);
            if (await IsMovedAsync(connection, (before.Size, before.Sequence), cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            throw;
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> IsMovedAsync(NpgsqlConnection connection, (long Size, long Sequence) before, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SealSql.Load("seal_moved", options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        return await command.With(before.Size, NpgsqlDbType.Bigint).With(before.Sequence, NpgsqlDbType.Bigint).ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }
}
