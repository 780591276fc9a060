using Ledger.Cli.Connections;
using Ledger.Postgres;
using Ledger.Postgres.Tenants;
using Npgsql;

namespace Ledger.Cli.Tenants;

/// <summary>The pool of databases with many tenants each, in the database that a call names.</summary>
internal sealed class PoolTables : IAsyncDisposable
{
    private const string DefaultSchema = "public";

    private readonly NpgsqlDataSource _master;

    private PoolTables(NpgsqlDataSource master, TenantPool pool) => (_master, Pool) = (master, pool);

    /// <summary>The databases and their tenants.</summary>
    public TenantPool Pool { get; }

    /// <summary>The pool, or null if the database has none.</summary>
    public static async Task<PoolTables?> OpenAsync(Session session, CancellationToken cancellationToken) => session.IsGiven(CommonOptions.Tenant)
        ? throw new UsageException("'--tenant' is for what is in the log of one tenant; this command is about all of them.")
        : await OpenAsync(session, await ServerAddress.FindAsync(session, cancellationToken), isMade: false, cancellationToken);

    /// <summary>The pool; its tables are made if they are missing.</summary>
    public static async Task<PoolTables> MakeAsync(Session session, CancellationToken cancellationToken) => session.IsGiven(CommonOptions.Tenant)
        ? throw new UsageException("'--tenant' is for what is in the log of one tenant; this command is about all of them.")
        : (await OpenAsync(session, await ServerAddress.FindAsync(session, cancellationToken), isMade: true, cancellationToken))!;

    /// <summary>The pool.</summary>
    /// <exception cref="RefusalException">The database has none.</exception>
    public static async Task<PoolTables> NeedAsync(Session session, CancellationToken cancellationToken) => await OpenAsync(session, cancellationToken)
        ?? throw new RefusalException("The database has no pool of databases ('mt_database_pool'). Name the one that has, or run 'ledger tenants add-database', which makes it.");

    /// <summary>The address of a tenant's log, or null if the database has no pool.</summary>
    /// <exception cref="RefusalException">There is no such tenant.</exception>
    public static async Task<ServerAddress?> AddressOfAsync(Session session, ServerAddress master, string tenant, CancellationToken cancellationToken)
    {
        await using var tables = await OpenAsync(session, master, isMade: false, cancellationToken);
        if (tables is null)
        {
            return null;
        }

        session.Tenancy = Tenancy.Conjoined;
        return await tables.Pool.FindAsync(tenant, cancellationToken) is { } found
            ? new ServerAddress(ServerAddress.Check($"The connection of tenant '{tenant}'", found.ConnectionString))
            : throw Missing(tenant);
    }

    /// <summary>That there is no such tenant.</summary>
    public static RefusalException Missing(string tenant) => new($"There is no tenant '{tenant}'. 'ledger tenants list' shows all.");

    /// <summary>That there is no such database.</summary>
    public static RefusalException MissingDatabase(string name) => new($"The pool has no database '{name}'. 'ledger tenants databases' shows all.");

    /// <summary>The logs of all tenants.</summary>
    public TenantLedgers LedgersOf(Session session) => new(Pool, new TenantOptions { Ledger = session.Options }, session.Io.TimeProvider);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _master.DisposeAsync();

    private static async Task<PoolTables?> OpenAsync(Session session, ServerAddress server, bool isMade, CancellationToken cancellationToken)
    {
        session.Server = server.Name;
        await server.StartAsync(session, cancellationToken);
        var master = PostgresDataSources.Create(server.ConnectionString);
        try
        {
            var schemas = await TenantPool.FindSchemasAsync(master, session.Options, cancellationToken);
            if (schemas.Count > 1)
            {
                throw new RefusalException($"The database has several pools of databases, in the schemas {string.Join(", ", schemas.Select(name => $"'{name}'"))}; keep one.");
            }

            if (schemas.Count == 0 && !isMade)
            {
                await master.DisposeAsync();
                return null;
            }

            var pool = new TenantPool(master, session.Options, schemas.Count == 0 ? DefaultSchema : schemas[0]);
            if (schemas.Count == 0)
            {
                if (await TenantTable.FindSchemasAsync(master, session.Options, cancellationToken) is [var other, ..])
                {
                    throw new RefusalException($"The database has a table of tenants, in the schema '{other}', which a pool beside it would hide. Make the pool in another database.");
                }

                await pool.CreateAsync(cancellationToken);
            }

            return new PoolTables(master, pool);
        }
        catch
        {
            await master.DisposeAsync();
            throw;
        }
    }
}
