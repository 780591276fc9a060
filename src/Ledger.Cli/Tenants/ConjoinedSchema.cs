using Ledger.Cli.Connections;
using Ledger.Postgres;
using Ledger.Postgres.Tenants;

namespace Ledger.Cli.Tenants;

/// <summary>A schema with the logs of many tenants, where the database of a call has one under the name of its schema.</summary>
internal static class ConjoinedSchema
{
    /// <summary>The tenants, or null if the schema has one log or is not there.</summary>
    public static async Task<ConjoinedTenants?> OpenAsync(Session session, CancellationToken cancellationToken) => session.IsGiven(CommonOptions.Tenant)
        ? throw new UsageException("'--tenant' is for what is in the log of one tenant; this command is about all of them.")
        : await OpenAsync(session, await ServerAddress.FindAsync(session, cancellationToken), cancellationToken);

    /// <summary>The address of a tenant's log, or null if the schema has one log or is not there.</summary>
    /// <exception cref="RefusalException">There is no such tenant.</exception>
    public static async Task<ServerAddress?> AddressOfAsync(Session session, ServerAddress server, string tenant, CancellationToken cancellationToken)
    {
        await using var tenants = await OpenAsync(session, server, cancellationToken);
        if (tenants is null)
        {
            return null;
        }

        session.Tenancy = Tenancy.Conjoined;
        return await tenants.FindAsync(tenant, cancellationToken) is { } found
            ? server with { ConnectionString = found.ConnectionString }
            : throw Missing(tenant);
    }

    /// <summary>That there is no such tenant.</summary>
    public static RefusalException Missing(string tenant) => new($"There is no tenant '{tenant}'. 'ledger tenants list' shows all to the role that owns the tables.");

    private static async Task<ConjoinedTenants?> OpenAsync(Session session, ServerAddress server, CancellationToken cancellationToken)
    {
        await server.StartAsync(session, cancellationToken);
        var tenants = new ConjoinedTenants(server.ConnectionString, session.Options);
        try
        {
            if (await tenants.ExistsAsync(cancellationToken))
            {
                return tenants;
            }
        }
        catch
        {
            await tenants.DisposeAsync();
            throw;
        }

        await tenants.DisposeAsync();
        return null;
    }
}
