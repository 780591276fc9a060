using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;

namespace Ledger.Postgres.Worlds;

/// <summary>The index on the data of current objects, which is made and dropped while the log is in use.</summary>
internal sealed class WorldIndex(StoreContext context)
{
    public Task CreateAsync(CancellationToken cancellationToken) => ExecuteAsync("index_worlds", cancellationToken);

    public Task DropAsync(CancellationToken cancellationToken) => ExecuteAsync("unindex_worlds", cancellationToken);

    // Its time grows with the number of objects; no time limit, like a migration.
    private Task ExecuteAsync(string sql, CancellationToken cancellationToken) => PatientLocks.RunAsync(
        context.Connections,
        async (lease, token) =>
        {
            var command = lease.CreateCommand(SqlText.Load(sql, context.Options.Schemas), 0);
            await using var _ = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        },
        cancellationToken);
}
