using Ledger.Postgres;
using Ledger.Postgres.Log;
using Ledger.Seal.Trees;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Seal.Sealing;

/// <summary>Runs the queries of the seal; each is a transaction of its own, which uses indexes.</summary>
internal sealed class SealReading(PostgresOptions options)
{
    /// <summary>Reads rows.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="sql">The query's name.</param>
    /// <param name="add">Adds its parameters.</param>
    /// <param name="read">Reads a row, and says whether to go on.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task ReadAsync(
        NpgsqlConnection connection, string sql, Action<NpgsqlParameterCollection> add, Func<NpgsqlDataReader, bool> read, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("by_index")));
        var query = new NpgsqlBatchCommand(SealSql.Load(sql, options.Schemas));
        add(query.Parameters);
        batch.BatchCommands.Add(query);
        await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && read(reader))
        {
        }
    }

    /// <summary>Makes the next statements of the transaction use indexes.</summary>
    public async Task ByIndexAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("by_index"), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The rows as a list.</summary>
    public async Task<List<T>> ListAsync<T>(
        NpgsqlConnection connection, string sql, Action<NpgsqlParameterCollection> add, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await ReadAsync(
            connection,
            sql,
            add,
            reader =>
            {
                rows.Add(read(reader));
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return rows;
    }

    /// <summary>The head of the tree, with the tiles at which it grows.</summary>
    public async Task<TileEdge> ReadEdgeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var (size, tiles) = (0L, new Dictionary<TileId, byte[]>());
        await ReadAsync(
            connection,
            "seal_edge",
            _ => { },
            reader =>
            {
                size = reader.GetInt64(0);
                if (!reader.IsDBNull(2))
                {
                    tiles[new TileId(reader.GetInt16(2), reader.GetInt64(3))] = reader.GetFieldValue<byte[]>(4);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return EdgeOf(size, tiles);
    }

    /// <summary>Answers a question from the tiles that it needs.</summary>
    /// <exception cref="SealBrokenException">A tile is missing.</exception>
    public async Task<T> AskAsync<T>(NpgsqlConnection connection, Func<TileTree, T> question, CancellationToken cancellationToken)
    {
        var tiles = await ReadTilesAsync(connection, TileTree.Needs(tree => question(tree)), cancellationToken).ConfigureAwait(false);
        try
        {
            return question(new TileTree(id => tiles.TryGetValue(id, out var tile) ? tile : throw SealBrokenException.OfTile(id)));
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new SealBrokenException("A tile of the tree is shorter than the tree. 'ledger seal audit' says more.");
        }
    }

    /// <summary>The same where a tile may be missing; null then.</summary>
    public async Task<T?> FindAsync<T>(NpgsqlConnection connection, Func<TileTree, T> question, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await AskAsync(connection, question, cancellationToken).ConfigureAwait(false);
        }
        catch (SealBrokenException)
        {
            return null;
        }
    }

    /// <summary>Reads tiles; those that are missing are left out.</summary>
    public async Task<Dictionary<TileId, byte[]>> ReadTilesAsync(
        NpgsqlConnection connection, IReadOnlyCollection<TileId> tiles, CancellationToken cancellationToken)
    {
        var read = new Dictionary<TileId, byte[]>();
        await ReadAsync(
            connection,
            "seal_tiles",
            p => p.With(tiles.Select(t => (short)t.Level).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Smallint)
                .With(tiles.Select(t => t.Index).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint),
            reader =>
            {
                read[new TileId(reader.GetInt16(0), reader.GetInt64(1))] = reader.GetFieldValue<byte[]>(2);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return read;
    }

    public static TileEdge EdgeOf(long size, Dictionary<TileId, byte[]> tiles)
    {
        foreach (var id in TileEdge.Of(size))
        {
            var width = id.WidthIn(size);
            if (width > 0 && (!tiles.TryGetValue(id, out var tile) || tile.Length < width * MerkleTree.HashSize))
            {
                throw SealBrokenException.OfTile(id);
            }
        }

        return new TileEdge(size, id => tiles.TryGetValue(id, out var tile) ? tile : default(ReadOnlyMemory<byte>));
    }
}
