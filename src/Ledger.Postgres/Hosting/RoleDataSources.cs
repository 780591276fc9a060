using Npgsql;

namespace Ledger.Postgres.Hosting;

/// <summary>The data sources of what connects as a role of its own.</summary>
internal sealed class RoleDataSources(PostgresOptions options) : IDisposable, IAsyncDisposable
{
    /// <summary>For questions; null for that of everything else.</summary>
    internal NpgsqlDataSource? Reading { get; } = Create(options.ReadingConnectionString);

    /// <summary>For questions that standbys answer; null if there are none.</summary>
    internal NpgsqlDataSource? Replicas { get; } =
        options.ReplicaConnectionString is { } replicas ? PostgresDataSources.CreateReplicas(replicas) : null;

    /// <summary>For the migrator; null for that of everything else.</summary>
    internal NpgsqlDataSource? Migrating { get; } = Create(options.MigrationConnectionString);

    /// <inheritdoc/>
    public void Dispose()
    {
        Reading?.Dispose();
        Migrating?.Dispose();
        Replicas?.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Reading is not null)
        {
            await Reading.DisposeAsync().ConfigureAwait(false);
        }

        if (Migrating is not null)
        {
            await Migrating.DisposeAsync().ConfigureAwait(false);
        }

        if (Replicas is not null)
        {
            await Replicas.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static NpgsqlDataSource? Create(string? connectionString) => connectionString is null ? null : PostgresDataSources.Create(connectionString);
}
