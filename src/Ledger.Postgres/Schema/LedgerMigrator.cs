using Ledger.Postgres.Connecting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Ledger.Postgres.Schema;

/// <summary>Migrates the schema of a database, and compares it with the expected one.</summary>
/// <remarks>
/// Safe for concurrent use, and by several nodes at once: they take turns under an advisory lock. Only
/// <see cref="ApplyAsync"/> writes. The others need the right to read the table <c>migration</c>, and no right to create anything.
/// </remarks>
public sealed partial class LedgerMigrator
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly PatientOpening _opening;
    private volatile PostgresOptions _options;
    private volatile bool _isDivided;
    private readonly ILogger _logger;
    private readonly bool _isOfProgram;

    /// <summary>Creates a migrator for a database.</summary>
    /// <param name="dataSource">The database; the role is the one that the tables will belong to.</param>
    /// <param name="options">The names of the schemas; null for the defaults.</param>
    /// <param name="logger">Where applied migrations are reported; null for nowhere.</param>
    /// <exception cref="PostgresOptionsException">The options have faults.</exception>
    public LedgerMigrator(NpgsqlDataSource dataSource, PostgresOptions? options = null, ILogger<LedgerMigrator>? logger = null)
        : this(dataSource, options, logger, null, null)
    {
    }

    /// <param name="dataSource">The database.</param>
    /// <param name="options">The names of the schemas.</param>
    /// <param name="logger">Where applied migrations are reported.</param>
    /// <param name="known">The migrations; null for those of the program, which are read when they are needed.</param>
    /// <param name="functions">The functions; null for those of the program.</param>
    internal LedgerMigrator(
        NpgsqlDataSource dataSource,
        PostgresOptions? options,
        ILogger<LedgerMigrator>? logger,
        IReadOnlyList<Migration>? known,
        IReadOnlyList<SchemaFunction>? functions)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _options = (options ?? new PostgresOptions()).Checked();
        _dataSource = PostgresDataSources.ForWriting(dataSource);
        _opening = PatientOpening.OfSchema(_dataSource, _options);
        _logger = logger ?? NullLogger<LedgerMigrator>.Instance;
        _isOfProgram = known is null && functions is null;
        (Known, Functions) = (known!, functions!);
    }

    private IReadOnlyList<Migration> Known
    {
        get => field ??= Migration.All;
        init;
    }

    private IReadOnlyList<SchemaFunction> Functions
    {
        get => field ??= SchemaFunction.All;
        init;
    }

    /// <summary>Lists the migrations that the program or the database knows, in order.</summary>
    /// <exception cref="UnsupportedServerException">The server is too old.</exception>
    public Task<IReadOnlyList<MigrationStatus>> ListAsync(CancellationToken cancellationToken = default) => ReadAsync<IReadOnlyList<MigrationStatus>>(
        async (connection, token) => (await ReadRecordAsync(connection, token).ConfigureAwait(false)).Join(Known), cancellationToken);

    /// <summary>Lists the functions that the program or the database knows, by name.</summary>
    /// <exception cref="UnsupportedServerException">The server is too old.</exception>
    public Task<IReadOnlyList<FunctionStatus>> ListFunctionsAsync(CancellationToken cancellationToken = default) => ReadAsync<IReadOnlyList<FunctionStatus>>(
        async (connection, token) => (await ReadRecordAsync(connection, token).ConfigureAwait(false)).Join(Functions, Known), cancellationToken);

    /// <summary>Does nothing when the database has every migration and function that the program knows; a cheap query.</summary>
    /// <remarks>
    /// A database that is ahead is well: what old programs call stays there. It does not look for drift; see <see cref="AssertAsync"/>.
    /// </remarks>
    /// <exception cref="SchemaNotMigratedException">Migrations or functions are missing.</exception>
    /// <exception cref="UnsupportedServerException">The server is too old.</exception>
    public Task EnsureMigratedAsync(CancellationToken cancellationToken = default) => ReadAsync(EnsureMigratedOnAsync, cancellationToken);

    private async Task<bool> EnsureMigratedOnAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_isOfProgram && await ReadChecksumsAsync(connection, cancellationToken).ConfigureAwait(false) == ProgramChecksums.Text)
        {
            return true;
        }

        var record = await ReadRecordAsync(connection, cancellationToken).ConfigureAwait(false);
        var missing = record.Join(Known).Where(migration => migration.State == MigrationState.Pending).ToList();
        var functions = record.Join(Functions, Known).Where(function => function.State == FunctionState.Pending).ToList();
        return missing.Count + functions.Count > 0 ? throw new SchemaNotMigratedException(_options.LedgerSchema, missing, functions) : true;
    }

    /// <summary>Lists the differences between the database and the result of the migrations; empty if there are none.</summary>
    /// <remarks>See <see cref="CompareAsync"/> for what is compared; it also returns notes.</remarks>
    /// <exception cref="UnsupportedServerException">The server is too old.</exception>
    public async Task<IReadOnlyList<SchemaDifference>> AssertAsync(CancellationToken cancellationToken = default) =>
        (await CompareAsync(cancellationToken).ConfigureAwait(false)).Differences;

    /// <summary>Compares the database with the result of the migrations.</summary>
    /// <remarks>
    /// <para>Compared are migrations and functions with their checksums, and of Ledger's and Marten's event tables: tables, columns, indexes, constraints,
    /// triggers, views, functions with their text, types, and sequences with their cache. Something extra on one of these tables is a
    /// difference, and something extra in Ledger's own schema too unless that is <c>public</c>.</para>
    /// <para>The document tables of the options' projections are compared too; additions to one, such as an index of the application, are not
    /// differences.</para>
    /// <para>The tables that Marten makes for Ledger's tags are compared if one of them is there, without their indexes. A role that may append to the log but
    /// not write these tables is a difference, because its appends fail.</para>
    /// <para>An application's stream with a name that only Ledger writes is a difference until it is archived.</para>
    /// <para>The numbers of the log are compared if the role may read them: a sequence behind the events, and progress beyond the sequence.</para>
    /// <para>Additions of another version of Marten are notes: a column with a default on its tables, a table, a function. So is another
    /// definition of a column that Ledger neither reads nor writes. Other objects of the known versions of Marten and Wolverine (names that begin with
    /// <c>mt_</c> or <c>wolverine_</c>) are not mentioned.</para>
    /// </remarks>
    /// <exception cref="UnsupportedServerException">The server is too old.</exception>
    public Task<SchemaReport> CompareAsync(CancellationToken cancellationToken = default) => ReadAsync(CompareOnAsync, cancellationToken);

    private async Task<SchemaReport> CompareOnAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var record = await ReadRecordAsync(connection, cancellationToken).ConfigureAwait(false);
        var catalog = await SchemaCatalog.ReadAsync(
            connection, _options.Schemas, [.. _options.DocumentTables], cancellationToken).ConfigureAwait(false);
        var report = SchemaComparison.Compare(record.Join(Known), record.Join(Functions, Known), record.Current, catalog);
        var numbers = await FindNumberFaultsAsync(connection, cancellationToken).ConfigureAwait(false);
        var grants = await FindMissingTagGrantsAsync(connection, cancellationToken).ConfigureAwait(false);
        var owners = await FindForeignOwnersAsync(connection, cancellationToken).ConfigureAwait(false);
        var reserved = await FindReservedAsync(connection, cancellationToken).ConfigureAwait(false);
        return report with { Differences = [.. report.Differences, .. numbers, .. grants, .. owners, .. reserved] };
    }

    // Cancelled, it ends soon.
    private Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        return Promptly.RunAsync(ReadAsync, TimeProvider.System, cancellationToken);

        async Task<T> ReadAsync(CancellationToken token)
        {
            var connection = await OpenAsync(token).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            return await read(connection, token).ConfigureAwait(false);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await _opening.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            UnsupportedServerException.ThrowIfTooOld(connection.PostgreSqlVersion);
            await FindTenancyAsync(connection, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
