using System.Text.Json;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Searching;

/// <summary>Writes the index of the search on connections of others. Safe for concurrent use.</summary>
internal sealed class SearchRows(PostgresOptions options)
{
    /// <summary>The key of the index among Ledger's projections.</summary>
    public const string Key = "ledger:search";

    /// <summary>How many bytes an event takes in it, with the indexes, as measured.</summary>
    public const long BytesOfEvent = 781;

    private const int MostRewritten = 1_000;
    private const int MostGivenUp = 100_000;

    /// <summary>The progress of the daemon, which is up to where events are indexed.</summary>
    public static readonly string Shard = ShardNames.Of(Key);

    /// <summary>Indexes the next events, and moves the progress past them, in one transaction.</summary>
    /// <returns>Where it is then: where it was, while a transaction that rewrites one of these events goes on.</returns>
    public async Task<ShardPage> IndexAsync(NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        try
        {
            return await IndexPageAsync(connection, from, ceiling, rows, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return new ShardPage(from, 0);
        }
    }

    /// <summary>Indexes events again that were rewritten.</summary>
    public async Task IndexRewrittenAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        for (var count = MostRewritten; count == MostRewritten;)
        {
            var transaction = await BeginAsync(connection, cancellationToken).ConfigureAwait(false);
            await using var _ = transaction.ConfigureAwait(false);
            var hold = Command(connection, "lock_rewritten").With(MostRewritten, NpgsqlDbType.Integer);
            await using var __ = hold.ConfigureAwait(false);
            var numbers = (long[])(await hold.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            var page = Command(connection, "search_rewritten").With(numbers, NpgsqlDbType.Array | NpgsqlDbType.Bigint);
            var entries = await ReadAsync(page, cancellationToken).ConfigureAwait(false);
            count = entries.Count;
            await DeleteAsync(connection, [.. entries.Where(entry => entry.Keys is null).Select(entry => entry.Sequence)], cancellationToken).ConfigureAwait(false);
            await WriteAsync(connection, "rewrite_search", entries.FindAll(entry => entry.Keys is not null), cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes all, so that indexing begins at the first event again.</summary>
    public async Task ClearAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var clear = Command(connection, "clear_search");
        await using var _ = clear.ConfigureAwait(false);
        await clear.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<ShardPage> IndexPageAsync(NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var transaction = await BeginAsync(connection, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var page = Command(connection, "search_page")
            .With(from, NpgsqlDbType.Bigint).With(ceiling, NpgsqlDbType.Bigint).With(rows, NpgsqlDbType.Integer);
        var entries = await ReadAsync(page, cancellationToken).ConfigureAwait(false);

        // A page that has fewer was cut off because of its size, or is the last one before the ceiling: the next one finds nothing.
        var reached = entries.Count == 0 ? ceiling : entries[^1].Sequence;
        var move = Command(connection, "move_shard").WithText(Shard).With(from, NpgsqlDbType.Bigint).With(reached, NpgsqlDbType.Bigint);
        await using var __ = move.ConfigureAwait(false);

        // First, so that another node that has the same page fails here, and not at the entries.
        await move.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await WriteAsync(connection, "write_search", entries, cancellationToken).ConfigureAwait(false);
        if (options.ForeignWriters != ForeignWriters.None && reached - from > entries.Count)
        {
            var giveUp = Command(connection, "give_up_search").With(Math.Max(from, reached - MostGivenUp), NpgsqlDbType.Bigint).With(reached, NpgsqlDbType.Bigint);
            await using var ___ = giveUp.ConfigureAwait(false);
            await giveUp.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return new ShardPage(reached, entries.Count);
    }

    private async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var command = Command(connection, "lock_search");
            await using var _ = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<List<Entry>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var (entries, keys) = (new List<Entry>(), new SearchKeys());
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            keys.Clear();
            var isThere = !reader.IsDBNull(1);
            if (isThere)
            {
                var (type, data) = (reader.GetString(1), reader.GetFieldValue<byte[]>(3));
                AddNames(keys.AddTypes(type).AddText(data), type, data);
                if (!reader.IsDBNull(2))
                {
                    keys.AddName(reader.GetString(2));
                }
            }

            entries.Add(new Entry(reader.GetInt64(0), isThere ? keys.ToArray() : null));
        }

        return entries;
    }

    private static void AddNames(SearchKeys keys, string type, byte[] data)
    {
        string[] members = type switch
        {
            "tool.called" => ["tool"],
            "object.created" or "object.patched" or "object.removed" => ["id"],
            "relation.created" => ["source_id", "target_id"],
            _ => [],
        };
        if (members.Length == 0)
        {
            return;
        }

        using var document = JsonDocument.Parse(data, new JsonDocumentOptions { MaxDepth = 1024 });
        foreach (var member in members)
        {
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(member, out var name) && name.ValueKind == JsonValueKind.String)
            {
                keys.AddName(name.GetString()!);
            }
        }
    }

    private async Task DeleteAsync(NpgsqlConnection connection, long[] sequences, CancellationToken cancellationToken)
    {
        if (sequences.Length > 0)
        {
            var delete = Command(connection, "delete_search").With(sequences, NpgsqlDbType.Array | NpgsqlDbType.Bigint);
            await using var _ = delete.ConfigureAwait(false);
            await delete.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(NpgsqlConnection connection, string sql, List<Entry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            return;
        }

        var write = Command(connection, sql)
            .With(entries.ConvertAll(entry => entry.Sequence), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(entries.ConvertAll(entry => $"{{{string.Join(',', entry.Keys!)}}}"), NpgsqlDbType.Array | NpgsqlDbType.Text);
        await using var _ = write.ConfigureAwait(false);
        await write.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };

    /// <param name="Sequence">The number of an event.</param>
    /// <param name="Keys">Its keys; null for one that is gone.</param>
    private readonly record struct Entry(long Sequence, short[]? Keys);
}
