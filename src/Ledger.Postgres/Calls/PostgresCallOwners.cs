using Ledger.Postgres.Log;
using Ledger.Runs;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Calls;

/// <summary>Which callers are at work: one row for each that takes longer than a period, with the time of the server.</summary>
internal sealed class PostgresCallOwners(StoreContext context) : ICallOwners
{
    public Task KeepAsync(IReadOnlyList<string> callers, CancellationToken cancellationToken) => context.Connections.UseAsync(
        async (lease, cancellationToken) =>
        {
            var command = context.Command(lease, "keep_call_owners").With(callers.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
            await using var _ = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    // Before the table is made, and for a role that may not read it, callers elsewhere are not heard of.
    public async Task<IReadOnlyList<CallOwnerSilence>> FindSilencesAsync(IReadOnlyList<OpenCall> calls, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Connections.UseAsync<IReadOnlyList<CallOwnerSilence>>(
                async (lease, cancellationToken) =>
                {
                    var command = context.Command(lease, "call_owner_silence")
                        .With(calls.Select(call => call.Owner!).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
                        .With(calls.Select(call => call.Since.ToUniversalTime()).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);
                    await using var _ = command.ConfigureAwait(false);
                    var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                    await using var __ = reader.ConfigureAwait(false);
                    var silences = new List<CallOwnerSilence>();
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        silences.Add(new CallOwnerSilence(
                            TimeSpan.FromSeconds(reader.GetDouble(0)),
                            await reader.IsDBNullAsync(1, cancellationToken).ConfigureAwait(false) ? null : reader.GetFieldValue<DateTimeOffset>(1)));
                    }

                    return silences;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InsufficientPrivilege)
        {
            return [];
        }
    }
}
