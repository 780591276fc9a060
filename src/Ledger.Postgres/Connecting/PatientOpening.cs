using Ledger.Postgres.Log.Appending;
using Npgsql;

namespace Ledger.Postgres.Connecting;

/// <summary>The one rule for a server that cannot be connected to yet: it is tried again, for as long as <see cref="PostgresOptions.RetryFor"/> says.</summary>
/// <remarks>It is away, starts, stops, has no place left, or none of several servers is the primary. Safe for concurrent use.</remarks>
internal sealed class PatientOpening(NpgsqlDataSource pool, PostgresOptions options, TimeProvider timeProvider)
{
    private readonly TransientRetries _retries = new(options, timeProvider);

    /// <summary>Takes a connection of the pool, or opens one.</summary>
    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var since = timeProvider.GetTimestamp();
        try
        {
            return await Connections.OpenAsync(pool, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (TransientFaults.CannotOpenYet(fault) && _retries.IsInTime(since))
        {
            return await _retries.ExecuteAsync(
                token => Connections.OpenAsync(pool, token).AsTask(), since, fault, TransientFaults.CannotOpenYet, cancellationToken).ConfigureAwait(false);
        }
    }
}
