using Npgsql;

namespace Ledger.Postgres.Log;

/// <summary>A question about many rows of which it needs few, or all, with settings for the planner of the server, which does not know that.</summary>
/// <remarks>Settings and statement are one batch, which without a transaction of the caller is one of its own. In that of a caller only compiling is turned off.</remarks>
internal static class PlannedQuestion
{
    /// <summary>Not compiled: compiling takes longer than reading.</summary>
    public const string Uncompiled = "plan_uncompiled";

    /// <summary>By indexes, in their order.</summary>
    public const string InOrder = "plan_in_order";

    /// <summary>Of whole tables.</summary>
    public const string Whole = "plan_whole";

    /// <summary>Asks, and reads the answer.</summary>
    public static async Task<T> AskAsync<T>(
        StoreContext context,
        ConnectionSource.Lease lease,
        string plan,
        string sql,
        Action<NpgsqlParameterCollection> addParameters,
        Func<NpgsqlDataReader, Task<T>> read,
        CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(lease.Connection, lease.Transaction) { Timeout = context.Options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        var question = new NpgsqlBatchCommand(sql);
        addParameters(question.Parameters);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load(context.Reading.IsPool ? plan : Uncompiled)));
        batch.BatchCommands.Add(question);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        return await read(reader).ConfigureAwait(false);
    }
}
