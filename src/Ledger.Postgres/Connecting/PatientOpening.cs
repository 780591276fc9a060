using Ledger.Postgres.Log.Appending;
using Npgsql;

namespace Ledger.Postgres.Connecting;

/// <summary>The one rule for a server that does not accept connections yet: retry for <see cref="PostgresOptions.RetryFor"/>.</summary>
/// <remarks>The server is unreachable, starting, stopping or full, or none of several servers is the primary. Safe for concurrent use.</remarks>
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
