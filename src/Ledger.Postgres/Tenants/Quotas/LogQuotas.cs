using Ledger.Postgres.Connecting;
using Ledger.Postgres.Schema;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Tenants.Quotas;

/// <summary>Limits what a log may have: that of a tenant, in a database of its own or as one of many in a schema.</summary>
/// <remarks>
/// <para>The database counts, in triggers that are made with the first quota of a schema: whatever writes is counted, and without a quota nothing is. An append that would pass the quota fails with a
/// <see cref="QuotaExceededException"/>. Transactions that are open at once do not see each other's events and do not wait for each other, so that together they can pass a quota by what the others of them
/// write; one alone cannot. Events that are deleted or masked, and runs that are archived, count no longer.</para>
/// <para>Safe for concurrent use.</para>
/// </remarks>
public sealed class LogQuotas
{
    private const int PageRows = 10_000;

    private readonly NpgsqlDataSource _dataSource;
    private readonly PostgresOptions _options;

    /// <summary>Works on a log.</summary>
    /// <param name="dataSource">The connections; in a schema of many tenants those of the tenant.</param>
    /// <param name="options">Where the tables are; null for the defaults.</param>
    /// <exception cref="PostgresOptionsException">The options have a fault.</exception>
    public LogQuotas(NpgsqlDataSource dataSource, PostgresOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = PostgresDataSources.ForWriting(dataSource);
        _options = (options ?? new PostgresOptions()).Checked();
        TenancyGuard.Note(_dataSource, _options.Schemas);
    }

    /// <summary>The quota and what the log has.</summary>
    public Task<LogUsage> ReadAsync(CancellationToken cancellationToken = default) => Connections.UseAsync(_dataSource, _options, ReadAsync, cancellationToken);

    /// <summary>Sets the quota of the log, in place of the one that it had. A log may have more than its new quota already, and then takes no more.</summary>
    /// <remarks>
    /// The role must own the tables. Where a limit is of a kind that was not counted, the log is read once, in pages. It begins and ends when the running appends to the schema have ended, for which it waits up
    /// to ten seconds, and new ones wait with it. What is deleted or masked while it reads stays counted until <see cref="RecountAsync"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">A limit is less than zero.</exception>
    /// <exception cref="SchemaNotMigratedException">Migrations or functions are missing.</exception>
    public Task<LogUsage> SetAsync(LogQuota quota, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(quota);
        return SetAsync(quota.Checked(), isCounted: false, cancellationToken);
    }

    /// <summary>Counts what the log has again, as <see cref="SetAsync(LogQuota, CancellationToken)"/> does.</summary>
    public async Task<LogUsage> RecountAsync(CancellationToken cancellationToken = default) =>
        await SetAsync((await ReadAsync(cancellationToken).ConfigureAwait(false)).Quota, isCounted: true, cancellationToken).ConfigureAwait(false);

    private async Task<LogUsage> SetAsync(LogQuota quota, bool isCounted, CancellationToken cancellationToken)
    {
        await new LedgerMigrator(_dataSource, _options).EnsureMigratedAsync(cancellationToken).ConfigureAwait(false);
        return await Connections.UseAsync(
            _dataSource,
            _options,
            async (connection, token) =>
            {
                var known = (await ReadAsync(connection, token).ConfigureAwait(false)).Quota;
                var isNew = (known.Events is null && quota.Events is not null) || (known.Bytes is null && quota.Bytes is not null) || (known.Runs is null && quota.Runs is not null);
                if (quota.IsNone || !(isNew || known.IsNone || isCounted))
                {
                    await WriteAsync(connection, quota, null, token).ConfigureAwait(false);
                }
                else
                {
                    await CountAsync(connection, quota, token).ConfigureAwait(false);
                }

                return await ReadAsync(connection, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    // Most of it without a lock: up to a number below which no append is under way.
    private async Task CountAsync(NpgsqlConnection connection, LogQuota quota, CancellationToken cancellationToken)
    {
        var last = await LockedAsync(connection, token => ScalarAsync<long>(connection, "quota_last", [], token), cancellationToken).ConfigureAwait(false);
        var before = await SumAsync(connection, 0, last, cancellationToken).ConfigureAwait(false);
        await LockedAsync(
            connection,
            async token =>
            {
                var after = await SumAsync(connection, last, long.MaxValue, token).ConfigureAwait(false);
                await WriteAsync(connection, quota, (before.Events + after.Events, before.Bytes + after.Bytes), token).ConfigureAwait(false);
                await ExecuteAsync(connection, "quota_triggers", [], token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private Task<T> LockedAsync<T>(NpgsqlConnection connection, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) => PatientLocks.RunAsync(
        connection,
        PatientLocks.Patience,
        null,
        async token =>
        {
            await ExecuteAsync(connection, "quota_lock", [], token).ConfigureAwait(false);
            return await work(token).ConfigureAwait(false);
        },
        cancellationToken);

    private async Task<(long Events, long Bytes)> SumAsync(NpgsqlConnection connection, long after, long last, CancellationToken cancellationToken)
    {
        var (events, bytes) = (0L, 0L);
        while (true)
        {
            var command = Command(connection, "quota_count", [after, last, PageRows]);
            await using var _ = command.ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (reader.IsDBNull(2))
            {
                return (events, bytes);
            }

            events += reader.GetInt64(0);
            bytes += reader.GetInt64(1);
            after = reader.GetInt64(2);
        }
    }

    private async Task WriteAsync(NpgsqlConnection connection, LogQuota quota, (long Events, long Bytes)? counted, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, "quota_set", [quota.Events, quota.Bytes, quota.Runs], cancellationToken).ConfigureAwait(false);
        if (quota.IsNone)
        {
            await ExecuteAsync(connection, "quota_forget", [], cancellationToken).ConfigureAwait(false);
        }
        else if (counted is { } has)
        {
            await ExecuteAsync(connection, "quota_forget", [], cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, "quota_counted", [has.Events, has.Bytes], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<LogUsage> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var command = Command(connection, "quota", []);
            await using var _ = command.ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var quota = new LogQuota { Events = At(0), Bytes = At(1), Runs = At(2) };
            return new LogUsage(quota, quota.IsNone ? null : At(3), quota.Bytes is null ? null : At(4), quota.Runs is null ? null : At(5));

            long? At(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
        }
        catch (PostgresException fault) when (SchemaFaults.MayBe(fault))
        {
            await SchemaFaults.ThrowIfNotMigratedAsync(_dataSource, _options, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string sql, long?[] values, CancellationToken cancellationToken)
    {
        var command = Command(connection, sql, values);
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, long?[] values, CancellationToken cancellationToken)
    {
        var command = Command(connection, sql, values);
        await using var _ = command.ConfigureAwait(false);
        return (T)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql, long?[] values)
    {
        var command = new NpgsqlCommand(SqlText.Load(sql, _options.Schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        }

        return command;
    }
}
