using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Schema;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Doctor;

/// <summary>Finds what is wrong with a database, or will be: bloat, indexes, long transactions, slots, settings, and projections that lag.</summary>
/// <remarks>
/// It only reads, and its questions are about catalogs and statistics, so that their cost does not depend on the length of the log. A role that is not a member of
/// <c>pg_read_all_stats</c> sees only its own transactions; a notice then says so. Safe for concurrent use.
/// </remarks>
public sealed class LedgerDoctor
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly PostgresOptions _options;
    private readonly DoctorLimits _limits;
    private readonly LedgerMigrator _migrator;
    private readonly ProjectionAdmin _projections;

    /// <summary>Examines a database.</summary>
    /// <param name="dataSource">The connections.</param>
    /// <param name="options">Where the tables are; null for the defaults.</param>
    /// <param name="limits">What is a problem; null for the defaults.</param>
    /// <exception cref="PostgresOptionsException">The options have a fault.</exception>
    public LedgerDoctor(NpgsqlDataSource dataSource, PostgresOptions? options = null, DoctorLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _options = (options ?? new PostgresOptions()).Checked();
        _limits = (limits ?? new DoctorLimits()).Checked();
        _dataSource = PostgresDataSources.ForWriting(dataSource);
        _migrator = new LedgerMigrator(_dataSource, _options);
        _projections = new ProjectionAdmin(_dataSource, _options);
    }

    /// <summary>Looks at everything.</summary>
    public async Task<DoctorReport> ExamineAsync(CancellationToken cancellationToken = default)
    {
        var schema = SchemaFindings.Of(await _migrator.AssertAsync(cancellationToken).ConfigureAwait(false));
        var shards = await ListShardsAsync(cancellationToken).ConfigureAwait(false);
        var report = await Connections.UseAsync(_dataSource, _options, ReadAsync, cancellationToken).ConfigureAwait(false);
        return report with
        {
            Findings = [.. schema.Concat(report.Findings).Concat(ProjectionFindings.Of(shards, _limits))
                .OrderByDescending(finding => finding.Severity).ThenBy(finding => finding.Check)],
        };
    }

    private async Task<DoctorReport> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var findings = new List<DoctorFinding>();
        var report = await ReadServerAsync(connection, findings, cancellationToken).ConfigureAwait(false);
        string[] schemas = [.. new[] { _options.EventSchema, _options.LedgerSchema }.Distinct(StringComparer.Ordinal)];
        var tables = new List<TableSize>();
        await EachAsync("doctor_tables", p => p.WithTexts(schemas), row =>
        {
            var table = new TableSize(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));
            tables.Add(table);
            findings.AddRange(TableFindings.Of(table, row.GetInt64(5), row.GetBoolean(6), row.GetBoolean(7), _limits));
        }).ConfigureAwait(false);
        await EachAsync("doctor_indexes", p => p.WithTexts(schemas), row => findings.Add(ServerFindings.InvalidIndex(row.GetString(0), row.GetString(1)))).ConfigureAwait(false);
        await EachAsync(
            "doctor_transactions",
            p => p.With(_limits.Transaction.TotalSeconds, NpgsqlDbType.Double),
            row => findings.Add(ServerFindings.LongTransaction(
                row.IsDBNull(0) ? null : row.GetInt32(0),
                row.IsDBNull(1) ? null : row.GetString(1),
                row.GetString(2),
                row.GetString(3),
                row.GetString(4),
                TimeSpan.FromSeconds(row.GetDouble(5))))).ConfigureAwait(false);
        await EachAsync(
            "doctor_slots",
            _ => { },
            row => findings.AddRange(ServerFindings.Slot(row.GetString(0), row.GetBoolean(1), row.GetInt64(2), row.GetString(3), _limits))).ConfigureAwait(false);
        await EachAsync(
            "doctor_settings",
            _ => { },
            row => findings.AddRange(ServerFindings.Setting(row.GetString(0), row.GetString(1), row.GetString(2), report.Bytes))).ConfigureAwait(false);
        return report with { Findings = findings, Tables = tables };

        Task EachAsync(string sql, Action<NpgsqlParameterCollection> add, Action<NpgsqlDataReader> each) =>
            EachRowAsync(connection, sql, add, each, cancellationToken);
    }

    private async Task<DoctorReport> ReadServerAsync(NpgsqlConnection connection, List<DoctorFinding> findings, CancellationToken cancellationToken)
    {
        DoctorReport? report = null;
        await EachRowAsync(
            connection,
            "doctor_server",
            _ => { },
            row =>
            {
                report = new DoctorReport(row.GetString(0).Split(' ')[0], row.GetString(1), row.GetInt64(2), [], []);
                findings.AddRange(ServerFindings.Connections(row.GetInt64(4), row.GetInt64(5)));
                findings.AddRange(ServerFindings.Wraparound(row.GetInt64(6), row.GetInt64(7)));
                if (!row.GetBoolean(8))
                {
                    findings.Add(ServerFindings.Unseen);
                }
            },
            cancellationToken).ConfigureAwait(false);
        return report!;
    }

    private async Task EachRowAsync(
        NpgsqlConnection connection, string sql, Action<NpgsqlParameterCollection> add, Action<NpgsqlDataReader> each, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load(sql), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        add(command.Parameters);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            each(reader);
        }
    }

    // Before the first migration there are none.
    private async Task<IReadOnlyList<ShardStatus>> ListShardsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _projections.ListAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn
            or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedFunction)
        {
            return [];
        }
    }
}
