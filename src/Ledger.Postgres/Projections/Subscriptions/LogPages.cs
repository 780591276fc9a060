using Ledger.Postgres.Log;
using Ledger.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Subscriptions;

/// <summary>Reads events that pass a filter, below the mark, a page at a time. Safe for concurrent use, on a connection for each call.</summary>
internal sealed class LogPages(PostgresOptions options, GapTimeout gaps, EventFilter filter)
{
    private readonly string _end = SqlText.Load("log_page_end", options.Schemas);
    private readonly string _events = SqlText.Load("log_page", options.Schemas);
    private readonly string[]? _types = filter.Types.Count == 0 ? null : [.. filter.Types];

    /// <summary>Reads a page.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="from">The number before the first wanted.</param>
    /// <param name="ceiling">The last number wanted, not above the mark.</param>
    /// <param name="rows">How many events to look at.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The events, and the number up to which there are no others.</returns>
    public Task<(List<RecordedEvent> Events, long Reached)> ReadAsync(
        NpgsqlConnection connection,
        long from,
        long ceiling,
        int rows,
        CancellationToken cancellationToken) => ReadAsync(connection, from, ceiling, rows, null, null, cancellationToken);

    /// <summary>Reads a page, and in the same round trip what else belongs to it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="from">The number before the first wanted.</param>
    /// <param name="ceiling">The last number wanted, not above the mark.</param>
    /// <param name="rows">How many events to look at.</param>
    /// <param name="further">A statement with the parameters of the page: from, ceiling, rows, prefix and types.</param>
    /// <param name="read">Reads its rows.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The events, and the number up to which there are no others.</returns>
    public async Task<(List<RecordedEvent> Events, long Reached)> ReadAsync(
        NpgsqlConnection connection,
        long from,
        long ceiling,
        int rows,
        string? further,
        Func<NpgsqlDataReader, Task>? read,
        CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("by_index")));
        Add(_end);
        Add(_events).WithText(filter.StreamPrefix).WithTexts(_types);
        if (further is not null)
        {
            Add(further).WithText(filter.StreamPrefix).WithTexts(_types);
        }

        await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var reached = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var (events, bytes) = (new List<RecordedEvent>(), 0L);
        var row = new EventRow(options.Registry);
        var stream = default(StreamName);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (bytes >= PageSize.MaxBytes)
            {
                reached = events[^1].Sequence.Value;
                break;
            }

            var name = reader.GetString(0);
            if (name != stream.Value)
            {
                stream = new StreamName(name);
            }

            var recorded = row.Read(reader, stream, position: null);
            gaps.LookForOthers(recorded);
            events.Add(recorded);
            bytes += recorded.Json.Length;
        }

        if (read is not null)
        {
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            await read(reader).ConfigureAwait(false);
        }

        return (events, reached);

        NpgsqlParameterCollection Add(string sql)
        {
            var command = new NpgsqlBatchCommand(sql);
            batch.BatchCommands.Add(command);
            return command.Parameters
                .With(from, NpgsqlDbType.Bigint)
                .With(ceiling, NpgsqlDbType.Bigint)
                .With(rows, NpgsqlDbType.Integer);
        }
    }
}
