using System.Net.Sockets;
using Ledger.Postgres.Connecting;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>Which database a connection string leads to, whatever the name of the host in it.</summary>
internal static class DatabaseIdentity
{
    private const int PatienceSeconds = 5;

    // Of others it is asked once: a server that is gone for good is not waited for.
    private static readonly PostgresOptions Once = new() { RetryFor = TimeSpan.Zero };

    /// <summary>The identity, or null where the server cannot be reached, for as long as the options say, or does not say it.</summary>
    public static async Task<string?> FindAsync(string connectionString, PostgresOptions options, CancellationToken cancellationToken)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = PatienceSeconds, CommandTimeout = PatienceSeconds };
        try
        {
            var dataSource = PostgresDataSources.Create(parts.ConnectionString);
            await using var _ = dataSource.ConfigureAwait(false);
            return await Connections.UseAsync(PostgresDataSources.ForWriting(dataSource), options, ReadAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is NpgsqlException or SocketException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<string?> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("database_identity"), connection);
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string;
    }

    /// <summary>The first of some tenants whose database is the same as another's, by its place or by what its server says; or null.</summary>
    /// <remarks>Only those whose database has the same name are connected to: one database has one name.</remarks>
    public static async Task<TenantDatabase?> FindSameAsync(TenantDatabase tenant, IEnumerable<TenantDatabase> others, PostgresOptions options, CancellationToken cancellationToken)
    {
        // Of a schema of many, each has a log of its own.
        var candidates = others.Where(other => other.Tenant != tenant.Tenant && !(other.IsConjoined && tenant.IsConjoined)).ToList();
        if (candidates.Find(other => other.Place == tenant.Place) is { } known)
        {
            return known;
        }

        var named = candidates.Where(other => NameOf(other) == NameOf(tenant)).ToList();
        if (named.Count == 0 || await FindAsync(tenant.ConnectionString, options, cancellationToken).ConfigureAwait(false) is not { } identity)
        {
            return null;
        }

        foreach (var other in named)
        {
            if (await FindAsync(other.ConnectionString, Once, cancellationToken).ConfigureAwait(false) == identity)
            {
                return other;
            }
        }

        return null;
    }

    private static string? NameOf(TenantDatabase tenant) => new NpgsqlConnectionStringBuilder(tenant.ConnectionString) is var parts ? parts.Database ?? parts.Username : null;
}
