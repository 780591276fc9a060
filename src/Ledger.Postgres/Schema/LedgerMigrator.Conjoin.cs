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

        var transaction = await LockAsync(connection, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var tables = SchemaCatalog.ExpectedLines().Select(CatalogEntry.Parse)
            .Where(entry => entry is { Kind: "table", Part: null } && entry.Object.StartsWith("{ledger}.", StringComparison.Ordinal) && !Undivided.Contains(entry.Object))
            .Select(entry => entry.Object)
            .Concat(MartensDivided)
            .Concat(_options.DocumentTables.Select(table => $"{{events}}.{table.Table}"))
            .Select(name => SchemaNames.Literal(Undivide.Schemas.Fill(name)));
        try
        {
            var sql = SqlText.Load("Conjoin").Replace("{tables}", string.Join(", ", tables), StringComparison.Ordinal);
            await ExecuteAsync(connection, _options.Schemas.Fill(sql), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (fault.SqlState == HasLog)
        {
            throw new TenancyException(
                $"The schema '{_options.LedgerSchema}' has a log already, which is of no tenant. Make another schema, and import it there as that of a tenant. Nothing was changed.");
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        _isDivided = true;
    }
}
