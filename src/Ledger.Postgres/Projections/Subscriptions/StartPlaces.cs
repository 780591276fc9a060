using Ledger.Postgres.Log;
using Ledger.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Subscriptions;

/// <summary>Finds the number before the first event of a subscription.</summary>
internal static class StartPlaces
{
    // Numbers and times are drawn one after the other; this long a transaction may take between the two.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    public static async Task<long> FindAsync(
        SubscriptionStart start,
        NpgsqlConnection connection,
        PostgresOptions options,
        CancellationToken cancellationToken)
    {
        if (start.IsPresent)
        {
            return await ScalarAsync(Command("log_last_event")).ConfigureAwait(false);
        }

        if (start.Time is not { } time)
        {
            return start.Sequence.Value;
        }

        // Times rise with the numbers, apart from the skew. Events in between are checked one by one.
        var wanted = time.ToUniversalTime() - (time - DateTimeOffset.MinValue > Skew ? Skew : TimeSpan.Zero);
        var (low, high) = (0L, await ScalarAsync(Command("log_last_event")).ConfigureAwait(false));
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var later = Command("log_is_later").With(middle, NpgsqlDbType.Bigint).With(wanted, NpgsqlDbType.TimestampTz);
            if (await ScalarAsync(later).ConfigureAwait(false) == 1)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;

        NpgsqlCommand Command(string name) => new(SqlText.Load(name, options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };

        async Task<long> ScalarAsync(NpgsqlCommand command)
        {
            await using var _ = command.ConfigureAwait(false);
            return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }
}
