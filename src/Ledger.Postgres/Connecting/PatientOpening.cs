using Ledger.Postgres.Log.Appending;
using Npgsql;

namespace Ledger.Postgres.Connecting;

/// <summary>The one rule for a server that does not accept connections yet: retry for <see cref="PostgresOptions.RetryFor"/>.</summary>
/// <remarks>The server is unreachable, starting, stopping or full, or none of several servers is the primary. Safe for concurrent use.</remarks>
internal sealed class PatientOpening(NpgsqlDataSource pool, PostgresOptions options, TimeProvider timeProvider)
{
    private Func<NpgsqlDataSource, CancellationToken, ValueTask<NpgsqlConnection>> _open = Connections.OpenAsync;

    private readonly TransientRetries _retries = new(options, timeProvider);

    /// <summary>The same for those who manage the schema, and read no log: whose log it has does not matter.</summary>
    public static PatientOpening OfSchema(NpgsqlDataSource pool, PostgresOptions options) =>
        new(pool, options, TimeProvider.System) { _open = Connections.OpenAnyAsync };

    /// <summary>Takes a connection of the pool, or opens one.</summary>
    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var since = timeProvider.GetTimestamp();
        try
        {
            return await _open(pool, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (TransientFaults.CannotOpenYet(fault) && _retries.IsInTime(since))
        {
            return await _retries.ExecuteAsync(
                token => _open(pool, token).AsTask(), since, fault, TransientFaults.CannotOpenYet, cancellationToken).ConfigureAwait(false);
        }
    }
}
