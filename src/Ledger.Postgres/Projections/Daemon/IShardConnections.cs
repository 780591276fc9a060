using Npgsql;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>The connections that a shard uses: those of its node, or those that all tenants of a schema share.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal interface IShardConnections
{
    /// <summary>Does something on a connection, after those who have waited longer; one on which it fails is not used again.</summary>
    /// <exception cref="ShardElsewhereException">Another daemon runs the shard, or its tenant was switched off.</exception>
    Task<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken);

    /// <inheritdoc cref="UseAsync{T}"/>
    Task UseAsync(Func<NpgsqlConnection, Task> use, CancellationToken cancellationToken) => UseAsync(
        async connection =>
        {
            await use(connection).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Does something on a further connection if one is free; null if none is, so that a shard with a connection need not wait for another.</summary>
    Task<T>? TryUse<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken);
}
