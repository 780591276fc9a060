using Ledger.Postgres.Tenants;
using Npgsql;

namespace Ledger.Postgres.Connecting;

/// <summary>Opens every connection that Ledger opens, none of them within an ambient transaction of the caller.</summary>
/// <remarks>
/// Npgsql enlists a connection in the transaction of the caller that opens it. One that is shared would carry other callers' appends into it, and
/// they would be gone when it is rolled back.
/// </remarks>
internal static class Connections
{
    /// <summary>Takes a connection of a pool, or opens one; tried once.</summary>
    /// <exception cref="TenancyException">The schema has the logs of other tenants than the connection would see.</exception>
    public static ValueTask<NpgsqlConnection> OpenAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) => AmbientScope.IsThere
        ? new ValueTask<NpgsqlConnection>(AmbientScope.LeaveAsync(() => OpenOutsideAsync(dataSource, cancellationToken).AsTask()))
        : OpenOutsideAsync(dataSource, cancellationToken);

    /// <summary>The same for those who read no log.</summary>
    public static ValueTask<NpgsqlConnection> OpenAnyAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) => AmbientScope.IsThere
        ? new ValueTask<NpgsqlConnection>(AmbientScope.LeaveAsync(() => dataSource.OpenConnectionAsync(cancellationToken).AsTask()))
        : dataSource.OpenConnectionAsync(cancellationToken);

    /// <summary>Does something on a connection, which is opened once; cancelled, it ends soon.</summary>
    public static Task<T> UseAsync<T>(
        NpgsqlDataSource dataSource, Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken) =>
        UseAsync(token => OpenAsync(dataSource, token), use, cancellationToken);

    /// <summary>Does something on a connection, which is waited for while the server takes none; cancelled, it ends soon.</summary>
    public static Task<T> UseAsync<T>(
        NpgsqlDataSource dataSource, PostgresOptions options, Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken) =>
        UseAsync(token => OpenPatientlyAsync(dataSource, options, token), use, cancellationToken);

    /// <summary>Takes a connection of a pool, or opens one, which is waited for while the server takes none.</summary>
    public static ValueTask<NpgsqlConnection> OpenPatientlyAsync(NpgsqlDataSource dataSource, PostgresOptions options, CancellationToken cancellationToken) =>
        new PatientOpening(dataSource, options, TimeProvider.System).OpenAsync(cancellationToken);

    private static Task<T> UseAsync<T>(
        Func<CancellationToken, ValueTask<NpgsqlConnection>> open, Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        return Promptly.RunAsync(UseAsync, TimeProvider.System, cancellationToken);

        async Task<T> UseAsync(CancellationToken token)
        {
            var connection = await open(token).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            return await use(connection, token).ConfigureAwait(false);
        }
    }

    private static ValueTask<NpgsqlConnection> OpenOutsideAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) =>
        TenancyGuard.IsToCheck(dataSource) ? OpenCheckedAsync(dataSource, cancellationToken) : dataSource.OpenConnectionAsync(cancellationToken);

    private static async ValueTask<NpgsqlConnection> OpenCheckedAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await TenancyGuard.CheckAsync(dataSource, connection, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens a connection that has no data source.</summary>
    public static Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        return AmbientScope.OutsideAsync(OpenAsync);

        async Task<NpgsqlConnection> OpenAsync()
        {
            var connection = new NpgsqlConnection(connectionString);
            try
            {
                await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
                return connection;
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }
}
