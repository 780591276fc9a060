using Npgsql;

namespace Ledger.Postgres.Log;

/// <summary>A question about many rows of which it needs few: the server expects to read all, and would compile the statement for longer than it reads.</summary>
/// <remarks>Statement and setting are one batch, which without a transaction of the caller is one of its own.</remarks>
internal static class UncompiledQuestion
{
    /// <summary>Asks, and reads the answer.</summary>
    public static async Task<T> AskAsync<T>(
        StoreContext context,
        ConnectionSource.Lease lease,
        string sql,
        Action<NpgsqlParameterCollection> addParameters,
        Func<NpgsqlDataReader, Task<T>> read,
        CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(lease.Connection, lease.Transaction) { Timeout = context.Options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        var question = new NpgsqlBatchCommand(sql);
        addParameters(question.Parameters);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("without_jit")));
        batch.BatchCommands.Add(question);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        return await read(reader).ConfigureAwait(false);
    }
}
