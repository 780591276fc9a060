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
/// <remarks>The head is locked, so that several at a time take turns. A page that is lost in a crash is sealed again with other salts; no checkpoint knew it.</remarks>
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
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var (edge, seq, events, isWhole) = await ReadAsync(connection, ceiling, rows, cancellationToken).ConfigureAwait(false);
        var reached = Math.Max(seq, isWhole ? ceiling : events[^1].Sequence);
        if (events.Count > 0)
        {
            await AddAsync(connection, edge, events, isBeside: shard is not null, cancellationToken).ConfigureAwait(false);
        }

        await FinishAsync(connection, edge, reached, events.Count > 0, shard, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return new ShardPage(reached, events.Count);
    }

    private async Task<(TileEdge Edge, long Sequence, List<EventColumns> Events, bool IsWhole)> ReadAsync(
        NpgsqlConnection connection, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("by_index")));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SealSql.Load("lock_seal", options.Schemas)));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SealSql.Load("seal_edge", options.Schemas)));
        var query = new NpgsqlBatchCommand(SealSql.Load("seal_events", options.Schemas));
        query.Parameters.With(ceiling, NpgsqlDbType.Bigint).With(rows, NpgsqlDbType.Integer);
        batch.BatchCommands.Add(query);
        await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var (size, seq, tiles) = (0L, 0L, new Dictionary<TileId, byte[]>());
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            (size, seq) = (reader.GetInt64(0), reader.GetInt64(1));
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

        return (SealReading.EdgeOf(size, tiles), seq, events, isWhole && events.Count < rows);
    }

    private async Task AddAsync(NpgsqlConnection connection, TileEdge edge, List<EventColumns> events, bool isBeside, CancellationToken cancellationToken)
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

        var first = edge.Size;
        foreach (var hash in hashes)
        {
            edge.Add(hash);
        }

        // One row of arrays: five values for each leaf cost the client more than the server saves by COPY.
        var command = new NpgsqlCommand(SealSql.Load("add_leaves", options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        command.With(first, NpgsqlDbType.Bigint)
            .With(events.Select(e => e.Sequence).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(salts, NpgsqlDbType.Bytea)
            .With(checksums, NpgsqlDbType.Bytea);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);

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

    private async Task FinishAsync(
        NpgsqlConnection connection, TileEdge edge, long reached, bool hasGrown, (string Name, long From)? shard, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        if (hasGrown)
        {
            var tiles = edge.TakeFull().Select(t => (t.Key, Hashes: t.Value)).Concat(edge.Partial().Select(t => (t.Key, Hashes: t.Value.ToArray()))).ToList();
            var save = new NpgsqlBatchCommand(SealSql.Load("save_tiles", options.Schemas));
            save.Parameters
                .With(tiles.Select(t => (short)t.Key.Level).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Smallint)
                .With(tiles.Select(t => t.Key.Index).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
                .With(tiles.Select(t => t.Hashes).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bytea);
            batch.BatchCommands.Add(save);
        }

        var head = new NpgsqlBatchCommand(SealSql.Load("save_seal_head", options.Schemas));
        head.Parameters.With(edge.Size, NpgsqlDbType.Bigint).With(reached, NpgsqlDbType.Bigint);
        batch.BatchCommands.Add(head);
        if (shard is ({ } name, var from))
        {
            var move = new NpgsqlBatchCommand(SqlText.Load("move_shard", options.Schemas));
            move.Parameters.WithText(name).With(from, NpgsqlDbType.Bigint).With(reached, NpgsqlDbType.Bigint);
            batch.BatchCommands.Add(move);
        }

        await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
