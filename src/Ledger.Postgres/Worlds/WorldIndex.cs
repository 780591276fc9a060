using Ledger.Postgres.Log;

namespace Ledger.Postgres.Worlds;

/// <summary>The index on the data of current objects, which is made and dropped while the log is in use.</summary>
internal sealed class WorldIndex(StoreContext context)
{
    public Task CreateAsync(CancellationToken cancellationToken) => ExecuteAsync("index_worlds", cancellationToken);

    public Task DropAsync(CancellationToken cancellationToken) => ExecuteAsync("unindex_worlds", cancellationToken);

    // Its time grows with the number of objects; no time limit, like a migration.
    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await context.Connections.UseAsync(
            async (lease, cancellationToken) =>
            {
                var command = lease.CreateCommand(SqlText.Load(sql, context.Options.Schemas), 0);
                await using var __ = command.ConfigureAwait(false);
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }
}
