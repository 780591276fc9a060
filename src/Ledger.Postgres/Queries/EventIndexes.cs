using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;

namespace Ledger.Postgres.Queries;

/// <summary>The indexes of the events that are made and dropped on request, while the log is in use.</summary>
internal sealed class EventIndexes(StoreContext context)
{
    /// <summary>Their names: see <c>index_events</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["ix_mt_events_at", "ix_mt_events_type", "ix_mt_events_tool", "ix_mt_events_end", "ix_mt_events_request"];

    public Task CreateAsync(CancellationToken cancellationToken) => ExecuteAsync("index_events", cancellationToken);

    public Task DropAsync(CancellationToken cancellationToken) => ExecuteAsync("unindex_events", cancellationToken);

    // Its time grows with the log; no time limit, like a migration.
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
