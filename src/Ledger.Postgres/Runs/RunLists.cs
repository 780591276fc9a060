using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Runs;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Runs;

/// <summary>Lists and adds up the rows of run summaries, as they are.</summary>
internal sealed class RunLists(StoreContext context)
{
    // Where more may be wanted, a page of them is soon found in the order of the list.
    private const int MostCandidates = 2_000;

    /// <summary>The runs of a page, and one more if there is one.</summary>
    public async Task<List<RunSummary>> ListAsync(ConnectionSource.Lease lease, RunQuery query, RunPlace? place, CancellationToken cancellationToken)
    {
        var (key, after) = query.Sort switch
        {
            RunSort.Started => ("r.started_at", "$17::timestamptz"),
            RunSort.Duration => ("r.duration", "($17::bigint * interval '1 microsecond')"),
            RunSort.Cost => ("r.cost_usd", "$17::numeric"),
            RunSort.Events => ("r.length", "$17::bigint"),
            RunSort.Tokens => ("r.tokens", "$17::bigint"),
            _ => ("r.updated_at", "$17::timestamptz"),
        };
        var now = context.TimeProvider.GetUtcNow();
        var among = await FindAmongAsync(lease, query, cancellationToken).ConfigureAwait(false);
        if (among is [])
        {
            return [];
        }

        return await PlannedQuestion.AskAsync(
            context,
            lease,
            PlannedQuestion.InOrder,
            Text(query.Status is null ? "list_runs" : "list_runs_of_status", ("{key}", key), ("{after}", after)),
            parameters => AddFilter(parameters, query, among, now)
                .WithText(place?.Value)
                .WithText(place?.Stream)
                .With(query.Limit + 1, NpgsqlDbType.Integer),
            async reader =>
            {
                var runs = new List<RunSummary>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var run = RunSummaries.Of(new StreamName(reader.GetString(0)), RunRows.Read(reader.GetFieldValue<byte[]>(1)), now);
                    runs.Add(run with { State = reader.GetBoolean(2) ? StreamState.Archived : StreamState.Open });
                }

                return runs;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The runs of a query, added up.</summary>
    public async Task<IReadOnlyList<RunTotals>> AddUpAsync(
        ConnectionSource.Lease lease, RunQuery query, RunGrouping by, CancellationToken cancellationToken)
    {
        var among = await FindAmongAsync(lease, query, cancellationToken).ConfigureAwait(false);
        var (group, name) = by switch
        {
            RunGrouping.Day => ("(r.updated_at at time zone 'UTC')::date", "to_char(g.name, 'YYYY-MM-DD')"),
            RunGrouping.Model => ("r.model", "g.name"),
            _ => ("unnest(r.labels)", "g.name"),
        };
        return await PlannedQuestion.AskAsync(
            context,
            lease,
            among is null && IsOfMost(query) ? PlannedQuestion.Whole : PlannedQuestion.Uncompiled,
            Text("total_runs", ("{group}", group), ("{name}", name)),
            parameters => AddFilter(parameters, query, among, context.TimeProvider.GetUtcNow()).With(by == RunGrouping.Day, NpgsqlDbType.Boolean),
            async reader =>
            {
                var totals = new List<RunTotals>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    totals.Add(new RunTotals(
                        reader.IsDBNull(0) ? null : reader.GetString(0),
                        reader.GetInt64(1),
                        reader.GetInt64(2),
                        reader.GetInt64(3),
                        reader.GetInt64(4),
                        reader.GetDecimal(5)));
                }

                return totals;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The only runs to look at; null for all, because the index does not know what is asked for, or there are many.</summary>
    private async Task<string[]?> FindAmongAsync(ConnectionSource.Lease lease, RunQuery query, CancellationToken cancellationToken)
    {
        if (RunKeys.Of(query) is not { } keys)
        {
            return null;
        }

        var command = context.Command(lease, "run_candidates")
            .With(keys, NpgsqlDbType.Array | NpgsqlDbType.Smallint)
            .With(MostCandidates + 1, NpgsqlDbType.Integer);
        await using var _ = command.ConfigureAwait(false);
        var found = (string[])(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        return found.Length > MostCandidates ? null : found;
    }

    private static bool IsOfMost(RunQuery query) => query is
    {
        Status: null, State: null, ActiveSince: null, ActiveUntil: null, MinCostUsd: null, MaxCostUsd: null, MinDuration: null, MaxDuration: null, MinTokens: null, MaxTokens: null,
    };

    private string Text(string name, params ReadOnlySpan<(string Token, string Text)> parts)
    {
        var sql = SqlText.Load(name, context.Options.Schemas).Replace("{filter}", SqlText.Load("run_filter", context.Options.Schemas), StringComparison.Ordinal);
        foreach (var (token, text) in parts)
        {
            sql = sql.Replace(token, text, StringComparison.Ordinal);
        }

        return sql;
    }

    private static NpgsqlParameterCollection AddFilter(NpgsqlParameterCollection parameters, RunQuery query, string[]? among, DateTimeOffset now) => parameters
        .WithText(query.Prefix)
        .WithText(query.Status is { } status ? RunRow.NameOf(status) : null)
        .With(now.ToUniversalTime(), NpgsqlDbType.TimestampTz)
        .WithText(query.Text is null ? null : AsciiCase.Lower(query.Text))
        .WithText(query.Label)
        .WithText(query.Model)
        .With<bool?>(query.State is { } state ? state == StreamState.Archived : null, NpgsqlDbType.Boolean)
        .With(query.ActiveSince?.ToUniversalTime(), NpgsqlDbType.TimestampTz)
        .With(query.ActiveUntil?.ToUniversalTime(), NpgsqlDbType.TimestampTz)
        .With(query.MinCostUsd, NpgsqlDbType.Numeric)
        .With(query.MaxCostUsd, NpgsqlDbType.Numeric)
        .With(query.MinDuration, NpgsqlDbType.Interval)
        .With(query.MaxDuration, NpgsqlDbType.Interval)
        .With(query.MinTokens, NpgsqlDbType.Bigint)
        .With(query.MaxTokens, NpgsqlDbType.Bigint)
        .WithTexts(among);
}
