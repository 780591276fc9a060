using Ledger.Cli.Connections;
using Ledger.Postgres;
using Ledger.Postgres.Tenants;
using Npgsql;

namespace Ledger.Cli.Tenants;

/// <summary>The table of tenants in the database that a call names.</summary>
internal sealed class MasterTable : IAsyncDisposable
{
    private const string DefaultSchema = "public";

    private readonly NpgsqlDataSource _master;

    private MasterTable(NpgsqlDataSource master, TenantTable tenants) => (_master, Tenants) = (master, tenants);

    /// <summary>The tenants.</summary>
    public TenantTable Tenants { get; }

    /// <summary>Finds the table.</summary>
    /// <param name="connectionString">The master database.</param>
    /// <param name="options">How long it is waited for.</param>
    /// <param name="isMade">Whether a missing one is made.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RefusalException">There is none, or there are several.</exception>
    public static async Task<MasterTable> OpenAsync(string connectionString, PostgresOptions options, bool isMade, CancellationToken cancellationToken)
    {
        var master = PostgresDataSources.Create(connectionString);
        try
        {
            var schemas = await TenantTable.FindSchemasAsync(master, options, cancellationToken);
            if (schemas.Count > 1)
            {
                throw new RefusalException($"The database has several tables of tenants, in the schemas {string.Join(", ", schemas.Select(name => $"'{name}'"))}; keep one.");
            }

            if (schemas.Count == 0 && !isMade)
            {
                throw new RefusalException("The database has no table of tenants ('mt_tenant_databases'). Name the one that has, or run 'ledger tenants add', which makes it.");
            }

            var tenants = new TenantTable(master, options, schemas.Count == 0 ? DefaultSchema : schemas[0]);
            if (schemas.Count == 0)
            {
                await tenants.CreateAsync(cancellationToken);
            }

            return new MasterTable(master, tenants);
        }
        catch
        {
            await master.DisposeAsync();
            throw;
        }
    }

    /// <summary>Finds the table in the database of a call.</summary>
    public static async Task<MasterTable> OpenAsync(Session session, bool isMade, CancellationToken cancellationToken) => session.IsGiven(CommonOptions.Tenant)
        ? throw new UsageException("'--tenant' is for what is in the database of one tenant; this command is about all of them.")
        : await OpenAsync(session, await ServerAddress.FindAsync(session, cancellationToken), isMade, cancellationToken);

    /// <summary>The address of a tenant's database.</summary>
    /// <exception cref="RefusalException">There is no such tenant.</exception>
    public static async Task<ServerAddress> AddressOfAsync(Session session, ServerAddress master, string tenant, CancellationToken cancellationToken)
    {
        await using var table = await OpenAsync(session, master, isMade: false, cancellationToken);
        var found = await table.Tenants.FindAsync(tenant, cancellationToken);
        return found is not null
            ? new ServerAddress(ServerAddress.Check($"The connection of tenant '{tenant}'", found.ConnectionString))
            : throw await table.MissingAsync(tenant, cancellationToken);
    }

    /// <summary>That there is no such tenant, with a name that is near.</summary>
    public async Task<RefusalException> MissingAsync(string tenant, CancellationToken cancellationToken)
    {
        var names = (await Tenants.ListAsync(cancellationToken)).Select(known => known.Tenant).ToList();
        return new RefusalException($"There is no tenant '{tenant}'.{(NearestWord.Find(tenant, names) is { } near ? $" Did you mean '{near}'?" : "")} 'ledger tenants list' shows all.");
    }

    /// <summary>The logs of all tenants.</summary>
    public TenantLedgers LedgersOf(Session session) => new(Tenants, new TenantOptions { Ledger = session.Options }, session.Io.TimeProvider);

    private static async Task<MasterTable> OpenAsync(Session session, ServerAddress master, bool isMade, CancellationToken cancellationToken)
    {
        session.Server = master.Name;
        await master.StartAsync(session, cancellationToken);
        return await OpenAsync(master.ConnectionString, session.Options, isMade, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _master.DisposeAsync();
}
