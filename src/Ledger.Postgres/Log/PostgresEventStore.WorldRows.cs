using Ledger.Worlds;

namespace Ledger.Postgres;

public sealed partial class PostgresEventStore
{
    /// <summary>Switches the index for <see cref="ObjectFilter.Contains"/> on, if it is not: a GIN index on the data of current objects.</summary>
    /// <remarks>
    /// Appends that write rows wait while it is made; <c>create index concurrently</c> by hand, under the name <c>ix_world_object_data</c>, lets
    /// them go on. With it a patch costs more, because it no longer stays in its page.
    /// </remarks>
    /// <param name="cancellationToken">Stops; nothing is changed then.</param>
    public Task IndexWorldsAsync(CancellationToken cancellationToken = default) => ExecuteAsync("index_worlds", cancellationToken);

    /// <summary>Switches the index that <see cref="IndexWorldsAsync"/> makes off.</summary>
    /// <param name="cancellationToken">Stops; nothing is changed then.</param>
    public Task UnindexWorldsAsync(CancellationToken cancellationToken = default) => ExecuteAsync("unindex_worlds", cancellationToken);

    // It may take as long as there are objects, like a migration.
    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await _connections.UseAsync(
            async (lease, cancellationToken) =>
            {
                var command = lease.CreateCommand(SqlText.Load(sql, _options.Schemas), 0);
                await using var __ = command.ConfigureAwait(false);
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }
}
