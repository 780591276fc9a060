using Ledger.Log;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Retention;

/// <summary>Removes what policies no longer keep, archived to files, and restores it from them.</summary>
/// <remarks>
/// <para>Whole streams are removed with all that is derived from them. Of one that branches share, the shared events stay, and it is read-only from then on. A stream is archived first; then its events are
/// removed in pages of at most 10,000, the last ones first, each in a transaction with an event <c>retention.removed</c> in the stream <c>retention:{run}</c>. A run that was interrupted is finished by the next.
/// From its first page on readers see a stream as it will be afterwards, and one that is restored only when all of it is back.</para>
/// <para>Safe for concurrent use. It needs the operator's rights where roles were made, and the migrations: see <see cref="LedgerMigrator"/>.</para>
/// </remarks>
public sealed partial class LogRetention
{
    /// <summary>The most streams of one run.</summary>
    internal const int MostStreams = 10_000;

    /// <summary>The most rows that a transaction removes, and the most events that it restores.</summary>
    internal const int PageRows = 10_000;

    private readonly NpgsqlDataSource _dataSource;
    private readonly PostgresOptions _options;
    private readonly RetentionSql _sql;
    private readonly RetentionPlanner _planner;

    /// <summary>Works on a data source.</summary>
    /// <param name="dataSource">The connections.</param>
    /// <param name="options">Where the tables are; null for the defaults.</param>
    /// <exception cref="PostgresOptionsException">The options have a fault.</exception>
    public LogRetention(NpgsqlDataSource dataSource, PostgresOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = PostgresDataSources.ForWriting(dataSource);
        _options = (options ?? new PostgresOptions()).Checked();
        TenancyGuard.Note(_dataSource, _options.Schemas);
        _sql = new RetentionSql(_options);
        _planner = new RetentionPlanner(_sql);
    }

    /// <summary>What is called before each step of a run, so that tests can end it there.</summary>
    internal Action? BeforeStep { get; init; }

    /// <summary>The most rows of a page, at least 2, which tests make smaller.</summary>
    internal int RowsOfPage { get; init; } = PageRows;

    /// <summary>What a run with these policies would remove, with events, bytes and rows. Nothing is changed.</summary>
    /// <exception cref="ArgumentException">A policy has a fault, or there is none.</exception>
    public async Task<RetentionReport> PlanAsync(IReadOnlyList<RetentionPolicy> policies, CancellationToken cancellationToken = default)
    {
        var json = RetentionPolicy.ToJson(policies);
        await CatchUpAsync(policies, cancellationToken).ConfigureAwait(false);
        return new RetentionReport(null, await UseAsync(
            async (connection, token) => await _planner.MeasureAsync(
                connection, await _planner.ChooseAsync(connection, json, token).ConfigureAwait(false), token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Archives and removes what policies no longer keep, at most 10,000 streams; before that it finishes a run that was interrupted.</summary>
    /// <remarks>
    /// Each stream is looked at again before each page: one that has grown, was held or was forked meanwhile is left, and so is one that the database refuses to remove, with the reason
    /// <see cref="RetentionReason.Failed"/>; the others go on. One run at a time works on a log.
    /// </remarks>
    /// <exception cref="ArgumentException">A policy has a fault, or there is none.</exception>
    /// <exception cref="RetentionInProgressException">Another process runs retention.</exception>
    /// <exception cref="ArchiveException">A run was interrupted that has its archives in another folder. Nothing was changed.</exception>
    /// <exception cref="PoolerException">A pooler gives each transaction another session.</exception>
    public async Task<RetentionReport> RunAsync(RetentionOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.Folder);
        options = options with { Folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Folder)) };
        var json = RetentionPolicy.ToJson(options.Policies);
        return await UseAsync(
            async (connection, token) =>
            {
                await PoolerGuard.CheckSessionAsync(connection, "Retention", token).ConfigureAwait(false);
                if (!(await _sql.ListAsync(connection, "retention_lock", _ => { }, r => r.GetBoolean(0), token).ConfigureAwait(false))[0])
                {
                    throw new RetentionInProgressException();
                }

                try
                {
                    return await RunAsync(options, json, token).ConfigureAwait(false);
                }
                finally
                {
                    await UnlockAsync(connection).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The report of a run.</summary>
    /// <param name="run">Its number; null for the newest.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The report; null if there is no such run.</returns>
    public Task<RetentionReport?> FindReportAsync(long? run = null, CancellationToken cancellationToken = default) => UseAsync(
        async (connection, token) =>
        {
            var found = await _sql.ListAsync(
                connection,
                "retention_run",
                p => p.Add(new NpgsqlParameter { Value = (object?)run ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint }),
                r => new RetentionReport(r.GetInt64(0), [])
                {
                    Policies = r.GetString(1),
                    StartedBy = r.GetString(2),
                    StartedAt = r.GetFieldValue<DateTimeOffset>(3),
                    FinishedAt = r.IsDBNull(4) ? null : r.GetFieldValue<DateTimeOffset>(4),
                    Folder = r.IsDBNull(5) ? null : r.GetString(5),
                },
                token).ConfigureAwait(false);
            return found.Count == 0
                ? null
                : found[0] with { Streams = await ReadStreamsAsync(connection, found[0].Run!.Value, token).ConfigureAwait(false) };
        },
        cancellationToken);

    /// <summary>Holds a stream with the branches forked from it, or the runs and branches with a label, until <see cref="ReleaseAsync"/>.</summary>
    /// <param name="target">The stream, which may have been removed by retention, or <c>label:NAME</c>. A label that no run has yet is held too.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">The target or the reason is empty, or the target is no name of a stream.</exception>
    /// <exception cref="StreamNotFoundException">There is no such stream, and retention has removed none. Nothing is held.</exception>
    public async Task HoldAsync(string target, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        var held = await UseAsync(
            (connection, token) => _sql.ExecuteAsync(connection, "retention_hold", p => p.WithText(target).WithText(reason), token), cancellationToken).ConfigureAwait(false);
        if (held == 0)
        {
            throw new StreamNotFoundException(new StreamName(target));
        }
    }

    /// <summary>Ends a hold.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> ReleaseAsync(string target, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        return await UseAsync((connection, token) => _sql.ExecuteAsync(connection, "retention_release", p => p.WithText(target), token), cancellationToken)
            .ConfigureAwait(false) > 0;
    }

    /// <summary>The holds, by their targets, at most 10,000.</summary>
    public async Task<IReadOnlyList<RetentionHold>> ListHoldsAsync(CancellationToken cancellationToken = default) => await UseAsync(
        (connection, token) => _sql.ListAsync(
            connection,
            "retention_holds",
            _ => { },
            r => new RetentionHold(r.GetString(0), r.GetString(1), r.GetString(2), r.GetFieldValue<DateTimeOffset>(3)),
            token),
        cancellationToken).ConfigureAwait(false);

    private async Task<RetentionReport> RunAsync(RetentionOptions options, string json, CancellationToken cancellationToken)
    {
        await CatchUpAsync(options.Policies, cancellationToken).ConfigureAwait(false);
        var unfinished = await UseAsync(
            (connection, token) => _sql.ListAsync(connection, "retention_unfinished", _ => { }, r => r.GetInt64(0), token), cancellationToken).ConfigureAwait(false);
        foreach (var run in unfinished)
        {
            await ContinueInAsync(run, options.Folder, cancellationToken).ConfigureAwait(false);
            await FinishAsync(run, options, cancellationToken).ConfigureAwait(false);
            if (await FindReportAsync(run, cancellationToken).ConfigureAwait(false) is { FinishedAt: null } stuck)
            {
                return stuck;
            }
        }

        var begun = await UseAsync((connection, token) => BeginAsync(connection, json, options.Folder, token), cancellationToken).ConfigureAwait(false);
        await FinishAsync(begun, options, cancellationToken).ConfigureAwait(false);
        var report = await FindReportAsync(begun, cancellationToken).ConfigureAwait(false);
        return unfinished.Count == 0 ? report! : report! with { Resumed = unfinished[0] };
    }

    // The lock ends with the session at the latest.
    private async Task UnlockAsync(NpgsqlConnection connection)
    {
        if (connection.State is System.Data.ConnectionState.Open)
        {
            try
            {
                await _sql.ListAsync(connection, "retention_unlock", _ => { }, r => r.GetBoolean(0), CancellationToken.None).ConfigureAwait(false);
            }
            catch (NpgsqlException)
            {
                // The connection was lost unnoticed.
            }
        }
    }

    private Task<T> UseAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken) =>
        Connections.UseAsync(_dataSource, _options, use, cancellationToken);

    private Task<List<RetentionStream>> ReadStreamsAsync(NpgsqlConnection connection, long run, CancellationToken cancellationToken) => _sql.ListAsync(
        connection,
        "retention_streams",
        p => p.With(run, NpgsqlDbType.Bigint),
        r => new RetentionStream(
            new StreamName(r.GetString(0)),
            r.GetString(1),
            r.GetInt64(2),
            r.GetInt64(3),
            Enum.Parse<RetentionState>(r.GetString(4), ignoreCase: true),
            r.IsDBNull(5) ? null : RetentionPlanner.ReasonOf(r.GetString(5)),
            r.GetInt64(6))
        {
            File = r.IsDBNull(7) ? null : r.GetString(7),
            FileBytes = r.IsDBNull(8) ? 0 : r.GetInt64(8),
            Sha256 = r.IsDBNull(9) ? null : r.GetFieldValue<byte[]>(9),
            Fault = r.IsDBNull(10) ? null : r.GetString(10),
        },
        cancellationToken);

    // Labels are in the summaries of runs, which no append writes.
    private async Task CatchUpAsync(IReadOnlyList<RetentionPolicy> policies, CancellationToken cancellationToken)
    {
        if (policies.Any(p => p.Label is not null)
            || (await UseAsync((c, token) => _sql.ListAsync(c, "retention_labels", _ => { }, r => r.GetBoolean(0), token), cancellationToken).ConfigureAwait(false))[0])
        {
            var store = new PostgresEventStore(_dataSource, _options);
            await using var _ = store.ConfigureAwait(false);
            await new AgentLedger(store).Summaries.CatchUpAsync(null, cancellationToken).ConfigureAwait(false);
        }
    }
}
