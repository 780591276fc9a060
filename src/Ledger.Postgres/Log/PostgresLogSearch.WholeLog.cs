using Ledger.Log;
using NpgsqlTypes;

namespace Ledger.Postgres.Log;

/// <content>Events of all streams.</content>
internal sealed partial class PostgresLogSearch
{
    // The clocks of the server's transactions: an event may come in the log after one that was recorded later.
    private static readonly TimeSpan Disorder = TimeSpan.FromHours(1);

    public async Task<LogPage> SearchAsync(LogQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var match = new LogMatch(query.Checked());
        return await context.Reading.UseAsync<LogPage>(
            async (lease, cancellationToken) =>
            {
                var first = query.Since is { } since ? await NumberAtAsync(lease, Earlier(since), cancellationToken).ConfigureAwait(false) : null;
                if (query.Since is not null && first is null)
                {
                    return new LogPage([], null, 0);
                }

                var end = query.Until is { } until ? await NumberAtAsync(lease, Later(until), cancellationToken).ConfigureAwait(false) : null;
                end = query.Before is { } before && !(end < before.Value) ? before.Value : end;
                var few = query.IsOfSomeStreams ? await FewStreamsAsync(lease, query, cancellationToken).ConfigureAwait(false) : null;
                var sql = SqlText.Load(few is null ? "search_log" : "search_streams", context.Options.Schemas)
                    .Replace("{filter}", SqlText.Load("search_filter"), StringComparison.Ordinal);
                var command = lease.CreateCommand(sql, context.Options.CommandTimeoutSeconds);
                await using var __ = command.ConfigureAwait(false);
                command.Parameters
                    .With(end, NpgsqlDbType.Bigint)
                    .With(first, NpgsqlDbType.Bigint)
                    .WithText(query.Prefix)
                    .WithTexts(few ?? NamesOf(query))
                    .WithTexts(match.Event.Types)
                    .WithTexts(match.Event.Prefixes)
                    .WithText(query.Actor)
                    .WithText(match.Event.Text)
                    .WithText(query.Tool)
                    .WithTexts(query.Where is null ? null : [.. query.Where.Path])
                    .WithText(query.Where?.Value)
                    .With(query.Limit + 1, NpgsqlDbType.Integer)
                    .With(query.Reach, NpgsqlDbType.Integer)
                    .With(query.Since?.ToUniversalTime(), NpgsqlDbType.TimestampTz)
                    .With(query.Until?.ToUniversalTime(), NpgsqlDbType.TimestampTz)
                    .WithText(query.Where?.Number)
                    .WithText(query.ObjectId);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                return await ReadPageAsync(reader, query, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The streams of a query, where they have no more events than it may examine; null otherwise.</summary>
    private async Task<string[]?> FewStreamsAsync(ConnectionSource.Lease lease, LogQuery query, CancellationToken cancellationToken)
    {
        var command = context.Command(lease, "search_scope");
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.WithText(query.Prefix).WithTexts(NamesOf(query)).With(LogQuery.FewStreams + 1, NpgsqlDbType.Integer);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var names = reader.GetFieldValue<string[]>(0);
        return names.Length <= LogQuery.FewStreams && reader.GetInt64(1) <= query.Reach ? names : null;
    }

    private static string[]? NamesOf(LogQuery query) => query.Streams is null ? null : [.. query.Streams.Select(stream => stream.Value)];

    private async Task<long?> NumberAtAsync(ConnectionSource.Lease lease, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var command = context.Command(lease, "number_at").With(time.ToUniversalTime(), NpgsqlDbType.TimestampTz);
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as long?;
    }

    private async Task<LogPage> ReadPageAsync(Npgsql.NpgsqlDataReader reader, LogQuery query, CancellationToken cancellationToken)
    {
        var row = new EventRow(context.Options.Registry);
        var found = new List<RecordedEvent>();
        var (low, examined, bytes) = ((long?)null, 0L, 0L);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            (low, examined) = (reader.IsDBNull(10) ? null : reader.GetInt64(10), reader.GetInt64(11));
            if (reader.IsDBNull(0))
            {
                break;
            }

            // One more than the page has shows that there is one.
            if (found.Count == query.Limit || bytes >= PageSize.MaxBytes)
            {
                return new LogPage(found, found[^1].Sequence, examined);
            }

            var recorded = row.Read(reader, new StreamName(reader.GetString(0)), null);
            found.Add(recorded);
            bytes += recorded.Json.Length;
        }

        return new LogPage(found, low is { } number && examined >= query.Reach ? new SequenceNumber(number) : null, examined);
    }

    private static DateTimeOffset Earlier(DateTimeOffset time) => time - DateTimeOffset.MinValue > Disorder ? time - Disorder : time;

    private static DateTimeOffset Later(DateTimeOffset time) => DateTimeOffset.MaxValue - time > Disorder ? time + Disorder : time;
}
