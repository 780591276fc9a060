using System.Security.Cryptography;
using Ledger.Postgres;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Seal.Entries;
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
    // From here on more than one core is worth it, where nothing is done beside: a shard of the daemon leaves the others to the appends.
    private const int ManyEvents = 1_000;

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
            var (edge, seq, moment, events, isWhole) = await ReadAsync(connection, ceiling, rows, cancellationToken).ConfigureAwait(false);
            var reached = Math.Max(seq, isWhole ? ceiling : events[^1].Sequence);
            var size = edge.Size;
            var leaves = Add(edge, events, isBeside: shard is not null);
            if (await WriteAsync(connection, edge, (size, seq, moment), reached, events, leaves, shard, cancellationToken).ConfigureAwait(false))
            {
                return new ShardPage(reached, events.Count);
            }
        }
    }

    private async Task<(TileEdge Edge, long Sequence, string Moment, List<EventColumns> Events, bool IsWhole)> ReadAsync(
        NpgsqlConnection connection, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("by_index")));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SealSql.Load("seal_edge", options.Schemas)));
        var query = new NpgsqlBatchCommand(SealSql.Load("seal_events", options.Schemas));
        query.Parameters.With(ceiling, NpgsqlDbType.Bigint).With(rows, NpgsqlDbType.Integer);
        batch.BatchCommands.Add(query);
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

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var (events, bytes, isWhole) = (new List<EventColumns>(), 0L, true);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (bytes >= PageSize.MaxBytes)
            {
                isWhole = false;
                break;
            }

            var read = SealRow.Event(reader);
            events.Add(read);
            bytes += read.Data.Length + (read.BinaryData?.Length ?? 0) + (read.Headers?.Length ?? 0);
        }

        return (SealReading.EdgeOf(size, tiles), seq, moment, events, isWhole && events.Count < rows);
    }

    private static (byte[] Salts, byte[] Checksums) Add(TileEdge edge, List<EventColumns> events, bool isBeside)
    {
        var salts = RandomNumberGenerator.GetBytes(2 * Commitment.SaltSize * events.Count);
        var checksums = new byte[EventColumns.ChecksumBytes * events.Count];
        var hashes = new byte[events.Count][];
        if (events.Count < ManyEvents || isBeside)
        {
            for (var i = 0; i < events.Count; i++)
            {
                Compute(i);
            }
        }
        else
        {
            Parallel.For(0, events.Count, Compute);
        }

        foreach (var hash in hashes)
        {
            edge.Add(hash);
        }

        return (salts, checksums);

        void Compute(int i)
        {
            var at = 2 * Commitment.SaltSize * i;
            var entry = events[i].ToEntry(new EntrySalts
            {
                Data = salts.AsSpan(at, Commitment.SaltSize).ToArray(),
                Headers = salts.AsSpan(at + Commitment.SaltSize, Commitment.SaltSize).ToArray(),
            });
            hashes[i] = EntryWriter.HashLeaf(entry);
            events[i].WriteChecksums(entry, checksums.AsSpan(EventColumns.ChecksumBytes * i));
        }
    }

    // False, with nothing written, if the tree is no longer as it was read, or an event may not be.
    private async Task<bool> WriteAsync(
        NpgsqlConnection connection,
        TileEdge edge,
        (long Size, long Sequence, string Moment) before,
        long reached,
        List<EventColumns> events,
        (byte[] Salts, byte[] Checksums) leaves,
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
        if (events.Count > 0)
        {
            // One row of arrays: five values for each leaf cost the client more than the server saves by COPY.
            var add = new NpgsqlBatchCommand(SealSql.Load("add_leaves", options.Schemas));
            add.Parameters
                .With(before.Size, NpgsqlDbType.Bigint)
                .With(events.Select(e => e.Sequence).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
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
