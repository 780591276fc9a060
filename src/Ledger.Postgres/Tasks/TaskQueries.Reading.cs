using System.Text;
using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Tasks;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Tasks;

/// <content>How a question is put: in one round trip with the look whether another program appended without the rows.</content>
internal sealed partial class TaskQueries
{
    /// <summary>Writes missing rows for events that other programs appended to tasks; returns the number of events.</summary>
    /// <remarks>For all tasks together, because one may name another as its parent.</remarks>
    public Task<long> CatchUpAsync(CancellationToken cancellationToken) => connections.UseAsync<long>(CatchUpAsync, cancellationToken);

    /// <summary>What the rows have of the things that the events of a request name.</summary>
    public Task<TaskFacts> GetFactsAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        var parts = request.Parts.Where(part => TaskRules.IsTask(part.Stream)).ToList();
        return connections.UseAsync<TaskFacts>(
            async (lease, cancellationToken) =>
            {
                var command = lease.CreateCommand(Sql("task_facts"), options.CommandTimeoutSeconds)
                    .With(parts.Select(part => part.Stream.Id).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
                    .With(
                        parts.SelectMany(part => part.Events).Select(item => Encoding.UTF8.GetString(item.Serialized.Json.Span)).ToArray(),
                        NpgsqlDbType.Array | NpgsqlDbType.Jsonb);
                await using var _ = command.ConfigureAwait(false);
                return TaskFacts.Parse((string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!);
            },
            cancellationToken);
    }

    private async Task<long> CatchUpAsync(ConnectionSource.Lease lease, CancellationToken cancellationToken)
    {
        var command = lease.CreateCommand(Sql("catch_up_tasks"), options.CommandTimeoutSeconds);
        await using var _ = command.ConfigureAwait(false);
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private async Task<(List<T> Items, long? Total)> ReadPageAsync<T>(
        string? taskId,
        NpgsqlBatchCommand page,
        NpgsqlBatchCommand? count,
        Preparation preparation,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var lag = new NpgsqlBatchCommand(Sql("tasks_lag"));
        lag.Parameters.WithText(taskId);
        return await connections.UseAsync<(List<T> Items, long? Total)>(
            async (lease, cancellationToken) =>
            {
                var batch = new NpgsqlBatch(lease.Connection, lease.Transaction)
                {
                    Timeout = options.CommandTimeoutSeconds,
                    BatchCommands = { lag, page },
                };
                await using var __ = batch.ConfigureAwait(false);
                if (count is not null)
                {
                    batch.BatchCommands.Add(count);
                }

                if (preparation == Preparation.Once)
                {
                    await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
                }

                while (true)
                {
                    if (await TryReadPageAsync(batch, read, cancellationToken).ConfigureAwait(false) is { } found)
                    {
                        return found;
                    }

                    await CatchUpAsync(lease, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A page and, where it was asked for, the total; null where rows are missing that can be written.</summary>
    private static async Task<(List<T> Items, long? Total)?> TryReadPageAsync<T>(
        NpgsqlBatch batch, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (reader.GetBoolean(0) && reader.GetBoolean(1))
        {
            return null;
        }

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var items = await ReadRowsAsync(reader, read, cancellationToken).ConfigureAwait(false);
        return await reader.NextResultAsync(cancellationToken).ConfigureAwait(false)
            && await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
                ? (items, reader.GetInt64(0))
                : (items, null);
    }

    private async Task<T?> FindAsync<T>(
        string sql, string? taskId, string id, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
        where T : class
    {
        var page = new NpgsqlBatchCommand(Sql(sql));
        page.Parameters.WithText(id);
        var (found, _) = await ReadPageAsync(taskId, page, null, Preparation.Once, read, cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    private async Task<List<T>> ListAsync<T>(
        string sql, string? taskId, Action<NpgsqlParameterCollection> addParameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var page = new NpgsqlBatchCommand(Sql(sql));
        addParameters(page.Parameters);
        var (items, _) = await ReadPageAsync(taskId, page, null, Preparation.Never, read, cancellationToken).ConfigureAwait(false);
        return items;
    }

    /// <summary>Reads a list in pages, because no query may keep its snapshot for long.</summary>
    private async Task<List<T>> ListAllAsync<T>(
        string sql,
        string? taskId,
        Action<NpgsqlParameterCollection, (long Time, string Id)> addParameters,
        Func<NpgsqlDataReader, T> read,
        Func<T, (DateTimeOffset Time, string Id)> placeOf,
        CancellationToken cancellationToken)
    {
        var items = new List<T>();
        var place = First;
        while (true)
        {
            var page = await ListAsync(
                sql,
                taskId,
                parameters =>
                {
                    addParameters(parameters, place);
                    parameters.With((long)PageRows, NpgsqlDbType.Bigint);
                },
                read,
                cancellationToken).ConfigureAwait(false);
            items.AddRange(page);
            if (page.Count < PageRows)
            {
                return items;
            }

            var (time, id) = placeOf(page[^1]);
            place = (time.ToUnixTimeMilliseconds(), id);
        }
    }

    private static async Task<List<T>> ReadRowsAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private string Sql(string name) => SqlText.Load(name, options.Schemas);

    /// <summary>Whether the server keeps a statement's plan.</summary>
    private enum Preparation
    {
        /// <summary>Planned each time, for the filters that are given.</summary>
        Never,

        /// <summary>Planned once, for all filters.</summary>
        Once,
    }
}
