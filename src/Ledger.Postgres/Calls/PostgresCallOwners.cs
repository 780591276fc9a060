using Ledger.Postgres.Log;
using Ledger.Runs;
using NpgsqlTypes;

namespace Ledger.Postgres.Calls;

/// <summary>Which processes that make calls are alive: one row for each, with the time of the server.</summary>
internal sealed class PostgresCallOwners(StoreContext context) : ICallOwners
{
    public Task KeepAsync(string process, CancellationToken cancellationToken) => context.Connections.UseAsync(
        async (lease, cancellationToken) =>
        {
            var command = context.Command(lease, "keep_call_owner").WithText(process);
            await using var _ = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    public Task<TimeSpan> SilenceOfAsync(string process, DateTimeOffset since, CancellationToken cancellationToken) => context.Connections.UseAsync(
        async (lease, cancellationToken) =>
        {
            var command = context.Command(lease, "call_owner_silence").WithText(process).With(since.ToUniversalTime(), NpgsqlDbType.TimestampTz);
            await using var _ = command.ConfigureAwait(false);
            return TimeSpan.FromSeconds((double)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!);
        },
        cancellationToken);
}
