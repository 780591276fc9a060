using Npgsql;

namespace Ledger.Postgres.Retention;

/// <summary>Runs the statements of retention, each as a transaction of its own unless one is open.</summary>
internal sealed class RetentionSql(PostgresOptions options)
{
    /// <summary>The rows of a query that uses indexes.</summary>
    public async Task<List<T>> ListAsync<T>(
        NpgsqlConnection connection, string sql, Action<NpgsqlParameterCollection> add, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("by_index")));
        var query = new NpgsqlBatchCommand(SqlText.Load(sql, options.Schemas));
        add(query.Parameters);
        batch.BatchCommands.Add(query);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        return await ReadAsync(reader, read, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The rows of a query that reads whole tables, for which it has as long as it needs.</summary>
    public async Task<List<T>> ScanAsync<T>(
        NpgsqlConnection connection, string sql, Action<NpgsqlParameterCollection> add, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load(sql, options.Schemas), connection) { CommandTimeout = 0 };
        await using var _ = command.ConfigureAwait(false);
        add(command.Parameters);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await ReadAsync(reader, read, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a statement; the number of rows that it changed.</summary>
    public async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, Action<NpgsqlParameterCollection> add, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load(sql, options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        add(command.Parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<List<T>> ReadAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
