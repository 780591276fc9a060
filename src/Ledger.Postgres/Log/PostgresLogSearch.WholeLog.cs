using Ledger.Log;
using Ledger.Postgres.Searching;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log;

/// <content>Events of all streams.</content>
internal sealed partial class PostgresLogSearch
{
    // The clocks of the server's transactions: an event may come in the log after one that was recorded later.
    private static readonly TimeSpan Disorder = TimeSpan.FromHours(1);

    // What none of so many has is in few events of a million.
    private const int Sampled = 1_000;

    /// <summary>How many events before what the index lacks are looked at themselves: where many events are wanted, these are enough for a page.</summary>
    public int LookedAt { get; set; } = 5_000;

    /// <summary>The same where some streams alone are wanted, so that most are passed over at once.</summary>
    public int LookedAtForSome { get; set; } = 20_000;

    /// <summary>Of so few events in some streams all are looked at, whatever the index says.</summary>
    public int FewEvents { get; set; } = 20_000;

    public async Task<LogPage> SearchAsync(LogQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var match = new LogMatch(query.Checked());
        return await context.Reading.UseAsync<LogPage>(
            async (lease, token) =>
            {
                while (true)
                {
                    if (await SearchAsync(lease, query, match, token).ConfigureAwait(false) is { } page)
                    {
                        return page;
                    }
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <returns>A page; null if the index was emptied meanwhile.</returns>
    private async Task<LogPage?> SearchAsync(ConnectionSource.Lease lease, LogQuery query, LogMatch match, CancellationToken cancellationToken)
    {
        var first = query.Since is { } since ? await NumberAtAsync(lease, Earlier(since), cancellationToken).ConfigureAwait(false) : null;
        if (query.Since is not null && first is null)
        {
            return new LogPage([], null, 0);
        }

        var end = query.Until is { } until ? await NumberAtAsync(lease, Later(until), cancellationToken).ConfigureAwait(false) : null;
        end = query.Before is { } before && !(end < before.Value) ? before.Value : end;
        var question = SearchQuestion.Of(query);
        var index = question is null ? null : await FindIndexAsync(lease, cancellationToken).ConfigureAwait(false);
        var few = query.IsOfSomeStreams ? await FewStreamsAsync(lease, query, cancellationToken).ConfigureAwait(false) : null;
        if (few is var (_, some) && some > FewEvents && LookedAtForSome > 0
            && await ReadAsync(lease, "search_log", new Part(query with { Reach = LookedAtForSome }, match, first, end, few?.Names), [], cancellationToken).ConfigureAwait(false)
                is { Events: [.., var last] } latest && latest.Next == last.Sequence)
        {
            return latest;
        }

        if (index is not var (indexed, newest)
            || (few is var (_, events) && (events <= FewEvents || !await IsRareAsync(lease, question!, cancellationToken).ConfigureAwait(false))))
        {
            return await ReadAsync(lease, few is null ? "search_log" : "search_streams", new Part(query, match, first, end, few?.Names), [], cancellationToken).ConfigureAwait(false);
        }

        // A query that may look at fewer would otherwise end before it comes to the index.
        var lookedAt = Math.Min(query.IsOfSomeStreams ? LookedAtForSome : LookedAt, query.Reach - 1);
        var low = Math.Max(Math.Min(end ?? long.MaxValue, indexed + 1) - lookedAt, first ?? 1);
        var page = (await ReadAsync(lease, "search_log", new Part(query, match, low, end, null), [], cancellationToken).ConfigureAwait(false))!;
        if (page.Next is null && low > (first ?? 1))
        {
            var older = await ReadAsync(
                lease, "search_index", new Part(query, match, first, low, null) { Question = question }, page.Events, cancellationToken).ConfigureAwait(false);
            if (older is null)
            {
                return null;
            }

            page = older with { Examined = page.Examined + (older.Next is null ? low - (first ?? 1) : older.Examined) };
        }

        return page with { Unindexed = Math.Max(newest - indexed, 0) };
    }

    /// <returns>A page; null if the index has less than is asked of it.</returns>
    private async Task<LogPage?> ReadAsync(
        ConnectionSource.Lease lease, string name, Part part, IReadOnlyList<RecordedEvent> before, CancellationToken cancellationToken)
    {
        var (query, match) = (part.Query, part.Match);
        var sql = SqlText.Load(name, context.Options.Schemas).Replace("{filter}", SqlText.Load("search_filter"), StringComparison.Ordinal);
        var plan = part.Question is null ? PlannedQuestion.InOrder : PlannedQuestion.Uncompiled;
        return await PlannedQuestion.AskAsync(
            context, lease, plan, sql, Add, reader => ReadPageAsync(reader, part, [.. before], cancellationToken), cancellationToken).ConfigureAwait(false);

        void Add(NpgsqlParameterCollection parameters)
        {
            parameters
                .With(part.End, NpgsqlDbType.Bigint)
                .With(part.First, NpgsqlDbType.Bigint)
                .WithText(query.Prefix)
                .WithTexts(part.Few ?? NamesOf(query))
                .WithTexts(match.Event.Types)
                .WithTexts(match.Event.Prefixes)
                .WithText(query.Actor)
                .WithText(match.Event.Text)
                .WithText(query.Tool)
                .WithTexts(query.Where is null ? null : [.. query.Where.Path])
                .WithText(query.Where?.Value)
                .With(query.Limit + 1 - before.Count, NpgsqlDbType.Integer)
                .With(query.Reach, NpgsqlDbType.Integer)
                .With(query.Since?.ToUniversalTime(), NpgsqlDbType.TimestampTz)
                .With(query.Until?.ToUniversalTime(), NpgsqlDbType.TimestampTz)
                .WithText(query.Where?.Number)
                .WithText(query.ObjectId);
            if (part.Question is { } question)
            {
                parameters
                    .With(question.All, NpgsqlDbType.Array | NpgsqlDbType.Smallint)
                    .With(question.Any, NpgsqlDbType.Array | NpgsqlDbType.Smallint)
                    .WithText(SearchRows.Shard);
            }
        }
    }

    /// <summary>Up to which number events are indexed, and the number of the newest; null where none is.</summary>
    private async Task<(long Indexed, long Newest)?> FindIndexAsync(ConnectionSource.Lease lease, CancellationToken cancellationToken)
    {
        var command = context.Command(lease, "search_state").WithText(SearchRows.Shard);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    /// <summary>The streams of a query, where they have no more events than it may examine; null otherwise.</summary>
    private async Task<(string[] Names, long Events)?> FewStreamsAsync(ConnectionSource.Lease lease, LogQuery query, CancellationToken cancellationToken)
    {
        var (names, events) = await PlannedQuestion.AskAsync(
            context,
            lease,
            PlannedQuestion.InOrder,
            SqlText.Load("search_scope", context.Options.Schemas),
            parameters => parameters.WithText(query.Prefix).WithTexts(NamesOf(query)).With(LogQuery.FewStreams + 1, NpgsqlDbType.Integer),
            async reader =>
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                return (reader.GetFieldValue<string[]>(0), reader.GetInt64(1));
            },
            cancellationToken).ConfigureAwait(false);
        return names.Length <= LogQuery.FewStreams && events <= query.Reach ? (names, events) : null;
    }

    // Otherwise reading the streams is quicker than looking at what the index names of all.
    private async Task<bool> IsRareAsync(ConnectionSource.Lease lease, SearchQuestion question, CancellationToken cancellationToken)
    {
        var keys = question switch
        {
            { Any: null } => "s.keys @> $1",
            { All: [] } => "s.keys && $2",
            _ => "s.keys @> $1 and s.keys && $2",
        };
        var sql = SqlText.Load("search_is_rare", context.Options.Schemas).Replace("{keys}", keys, StringComparison.Ordinal);
        return await PlannedQuestion.AskAsync(
            context,
            lease,
            PlannedQuestion.InOrder,
            sql,
            parameters => parameters
                .With(question.All, NpgsqlDbType.Array | NpgsqlDbType.Smallint)
                .With(question.Any, NpgsqlDbType.Array | NpgsqlDbType.Smallint)
                .With(Sampled, NpgsqlDbType.Integer),
            async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.GetBoolean(0),
            cancellationToken).ConfigureAwait(false);
    }

    private static string[]? NamesOf(LogQuery query) => query.Streams is null ? null : [.. query.Streams.Select(stream => stream.Value)];

    private async Task<long?> NumberAtAsync(ConnectionSource.Lease lease, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var command = context.Command(lease, "number_at").With(time.ToUniversalTime(), NpgsqlDbType.TimestampTz);
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as long?;
    }

    private async Task<LogPage?> ReadPageAsync(NpgsqlDataReader reader, Part part, List<RecordedEvent> found, CancellationToken cancellationToken)
    {
        var (row, query) = (new EventRow(context.Options.Registry), part.Query);
        var (low, examined, bytes) = ((long?)null, 0L, found.Sum(recorded => (long)recorded.Json.Length));
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            (low, examined) = (reader.IsDBNull(10) ? null : reader.GetInt64(10), reader.GetInt64(11));
            if (part.Question is not null && reader.GetInt64(12) < part.End - 1)
            {
                return null;
            }

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

    /// <summary>A part of the log in which a query looks.</summary>
    /// <param name="Query">The query.</param>
    /// <param name="Match">Its conditions.</param>
    /// <param name="First">The first number; null for that of the log.</param>
    /// <param name="End">The number after the last; null for the end of the log.</param>
    /// <param name="Few">The only streams; null for those of the query.</param>
    private sealed record Part(LogQuery Query, LogMatch Match, long? First, long? End, string[]? Few)
    {
        public SearchQuestion? Question { get; init; }
    }
}
