using Ledger.Postgres.Roles;
using Ledger.Postgres.Tenants;
using Npgsql;

namespace Ledger.Postgres.Schema;

/// <content>Schemas with the logs of many tenants.</content>
public sealed partial class LedgerMigrator
{
    private const string HasLog = "LG051";

    // Marten's tables that are divided as Marten itself divides them; its tables of progress are those of all tenants, and Ledger has others.
    private static readonly string[] MartensDivided = ["{events}.mt_streams", "{events}.mt_events", "{events}.mt_doc_ledger_world"];

    private static readonly string[] Undivided = ["{ledger}.migration", "{ledger}.schema_function"];

    private bool IsConjoined => _options.Tenancy == Tenancy.Conjoined;

    private PostgresOptions Undivide => _options with { Tenancy = Tenancy.Single };

    // The tables say whose log they have, and an existing schema keeps what it has.
    private async Task FindTenancyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await TenancyGuard.ReadAsync(connection, _options.Schemas, cancellationToken).ConfigureAwait(false);
        TenancyGuard.NoteFound(_dataSource, _options.Schemas, found);
        if (found.IsConjoined)
        {
            _options = _options with { Tenancy = Tenancy.Conjoined };
        }

        _isDivided = found.IsConjoined;
    }

    private async Task CheckOwnerAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await TenancyGuard.ReadAsync(connection, _options.Schemas, cancellationToken).ConfigureAwait(false);
        if (found.BypassingRole is { } role)
        {
            throw new TenancyException(
                $"The role '{role}' would own what it makes, and row-level security would not hold for its views and functions, because it is a superuser or has BYPASSRLS. "
                + "Migrate as a role that is neither, such as one made by 'create role app login', with the right to create in the database. Nothing was changed.");
        }
    }

    // A migration changes the rows of all tenants, so that row-level security does not hold its owner until it is done; who inserts without a tenant fails.
    private string OfAllTenants(string functions, string migration) => !_isDivided
        ? Undivide.Schemas.Fill($"{functions}\n{migration}")
        : string.Join(
            '\n',
            _options.Schemas.Fill(SqlText.Load("ConjoinedForce").Replace("{force}", "no force", StringComparison.Ordinal)),
            _options.Schemas.Fill(functions),
            Undivide.Schemas.Fill(migration),
            _options.Schemas.Fill(SqlText.Load("ConjoinedForce").Replace("{force}", "force", StringComparison.Ordinal)));

    // After the migrations, whose tables have one log, and before the functions, which name the keys.
    private async Task ConjoinAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!IsConjoined)
        {
            return;
        }

        var tables = string.Join(", ", Divided().Select(SchemaNames.Literal));
        if (_isDivided && !await IsToConjoinAsync(connection, tables, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        if (!_isDivided && await LedgerRoles.FindAsync(connection, _options.Schemas, cancellationToken).ConfigureAwait(false) is not null)
        {
            throw TenancyException.NotYet($"The schema '{_options.LedgerSchema}' has roles by 'ledger roles', which");
        }

        try
        {
            var sql = _options.Schemas.Fill(SqlText.Load("Conjoin").Replace("{tables}", tables, StringComparison.Ordinal));
            await LockedAsync(connection, token => ExecuteAsync(connection, sql, token), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (fault.SqlState == HasLog)
        {
            throw new TenancyException(
                $"{fault.MessageText}. Make another schema, and import it there as that of a tenant. Nothing was changed.");
        }

        _isDivided = true;
    }

    // The tables that are divided, as their statements name them.
    private IEnumerable<string> Divided() => SchemaCatalog.ExpectedLines().Select(CatalogEntry.Parse)
        .Where(entry => entry is { Kind: "table", Part: null } && entry.Object.StartsWith("{ledger}.", StringComparison.Ordinal) && !Undivided.Contains(entry.Object))
        .Select(entry => entry.Object)
        .Concat(MartensDivided)
        .Concat(_options.DocumentTables.Select(table => $"{{events}}.{table.Table}"))
        .Select(Undivide.Schemas.Fill);

    // Asked first, so that a role that may create nothing, or a server that takes no writes, is enough where nothing is to do.
    private async Task<bool> IsToConjoinAsync(NpgsqlConnection connection, string tables, CancellationToken cancellationToken)
    {
        var sql = _options.Schemas.Fill(SqlText.Load("ConjoinedPending").Replace("{tables}", tables, StringComparison.Ordinal));
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = _options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }

    // Owners by which a view, a function or a table would show more than the policies do; those are objects that are compared.
    private async Task<IReadOnlyList<SchemaDifference>> FindForeignOwnersAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => _isDivided
        ? [.. (await TenancyGuard.FindFaultsAsync(connection, _options.Schemas, cancellationToken).ConfigureAwait(false))
            .Where(fault => fault.Owner is not null)
            .Select(fault => new SchemaDifference(DifferenceKind.Different, $"owner of {fault.Name}", "one role that is held to row-level security", fault.Owner!))]
        : [];
}
