using Ledger.Postgres.Connecting;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Npgsql;

namespace Ledger.Postgres.Roles;

/// <summary>Makes and checks the roles of a log: reader, auditor, writer, marten-writer, operator and owner.</summary>
/// <remarks>
/// <para>Safe for concurrent use. These roles cannot log in: the roles of programs are made members of them. What each may do is in <c>docs/roles.md</c>.</para>
/// <para>The names are those that are given; if none are, those that were given when the roles of this log were made, or the defaults.</para>
/// </remarks>
public sealed class LedgerRoles
{
    private const string OwnerIsSuperuser = "LG031";

    private readonly NpgsqlDataSource _dataSource;
    private readonly PatientOpening _opening;
    private readonly PostgresOptions _options;
    private readonly LedgerRoleNames? _names;

    /// <summary>Works on a database.</summary>
    /// <param name="dataSource">The connections.</param>
    /// <param name="options">The names of the schemas; null for the defaults.</param>
    /// <param name="names">What the roles are called; see the remarks for null.</param>
    /// <exception cref="PostgresOptionsException">The options have a fault.</exception>
    /// <exception cref="ArgumentException">A name cannot be that of a role, or two are the same.</exception>
    public LedgerRoles(NpgsqlDataSource dataSource, PostgresOptions? options = null, LedgerRoleNames? names = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _options = (options ?? new PostgresOptions()).Checked();
        _dataSource = PostgresDataSources.ForWriting(dataSource);
        _opening = PatientOpening.OfSchema(_dataSource, _options);
        _names = names?.Checked();
    }

    /// <summary>The statements of <see cref="CreateAsync"/> as a script for psql, without connecting to the database.</summary>
    public string Script() => new RoleScript(_options.Schemas, _names ?? new LedgerRoleNames()).ForPsql();

    /// <summary>Makes the roles and gives each its rights, in one transaction; done again, it corrects what differs. Returns the names, with that of the owner.</summary>
    /// <remarks>
    /// It needs a superuser, or, if no owner is named, the owner of the tables with the right to create roles. The functions of appends then run as the owner of
    /// the tables, and other roles than these may no longer call them. Roles that were made for this log under other names lose their rights to it; they are not
    /// dropped. Making the triggers waits for running appends, up to ten seconds.
    /// </remarks>
    /// <exception cref="ArgumentException">The owner of the tables would be a superuser; name another.</exception>
    /// <exception cref="SchemaNotMigratedException">Migrations or functions are missing.</exception>
    public async Task<LedgerRoleNames> CreateAsync(CancellationToken cancellationToken = default)
    {
        await new LedgerMigrator(_dataSource, _options).EnsureMigratedAsync(cancellationToken).ConfigureAwait(false);
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var options = await OptionsOfAsync(connection, cancellationToken).ConfigureAwait(false);
        var names = await NamesAsync(connection, cancellationToken).ConfigureAwait(false);
        try
        {
            var check = await PatientLocks.RunAsync(
                connection,
                PatientLocks.Patience,
                null,
                async token =>
                {
                    await ExecuteAsync(connection, new RoleScript(options.Schemas, names).Make(), token).ConfigureAwait(false);
                    return await RoleCheck.ReadAsync(connection, options, names, token).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            return names with { Owner = check.Owner };
        }
        catch (PostgresException fault) when (fault.SqlState == OwnerIsSuperuser)
        {
            throw new ArgumentException($"{fault.MessageText}.", fault);
        }
    }

    /// <summary>Lists what the roles have too much or too little, sorted by role; empty if they are as <see cref="CreateAsync"/> makes them.</summary>
    /// <remarks>
    /// It needs no right but to connect. Of roles that are not among these, it names the rights to change what belongs to the log. Roles of programs are as
    /// they should be when they are members of these roles and have no further rights.
    /// </remarks>
    public async Task<IReadOnlyList<RoleFinding>> CheckAsync(CancellationToken cancellationToken = default)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var names = await NamesAsync(connection, cancellationToken).ConfigureAwait(false);
        var options = await OptionsOfAsync(connection, cancellationToken).ConfigureAwait(false);
        return (await RoleCheck.ReadAsync(connection, options, names, cancellationToken).ConfigureAwait(false)).Findings();
    }

    /// <summary>The names of the roles that were made for this log, without that of the owner; null if none were.</summary>
    public async Task<LedgerRoleNames?> FindNamesAsync(CancellationToken cancellationToken = default)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await FindAsync(connection, _options.Schemas, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The names of the roles that were made for a log; null if none were.</summary>
    internal static async Task<LedgerRoleNames?> FindAsync(NpgsqlConnection connection, SchemaNames schemas, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("recorded_roles", schemas), connection);
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is byte[] arguments
            && System.Text.Encoding.UTF8.GetString(arguments).Split('\0') is [var @operator, var reader, var auditor, var writer, var martenWriter, ..]
                ? new LedgerRoleNames { Operator = @operator, Reader = reader, Auditor = auditor, Writer = writer, MartenWriter = martenWriter.Length == 0 ? null : martenWriter }
                : null;
    }

    /// <summary>Runs statements without a limit of time.</summary>
    internal static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _opening.OpenAsync(cancellationToken);

    // The tables say whose log they have: those of many tenants have other names for the progress of projections.
    private async Task<PostgresOptions> OptionsOfAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => _options with
    {
        Tenancy = (await TenancyGuard.ReadAsync(connection, _options.Schemas, cancellationToken).ConfigureAwait(false)).IsConjoined ? Tenancy.Conjoined : Tenancy.Single,
    };

    private async Task<LedgerRoleNames> NamesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        _names ?? await FindAsync(connection, _options.Schemas, cancellationToken).ConfigureAwait(false) ?? new LedgerRoleNames();
}
