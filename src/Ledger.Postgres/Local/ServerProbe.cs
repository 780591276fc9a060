using System.Net.Sockets;
using Ledger.Postgres.Connecting;
using Npgsql;

namespace Ledger.Postgres.Local;

/// <summary>Checks whether a server runs, in the only reliable way: by connecting.</summary>
internal static class ServerProbe
{
    internal static Task<ServerAnswer> AskAsync(ServerPlace place, string connectionString, CancellationToken cancellationToken) =>
        AskAsync(place, () => Connections.OpenAsync(connectionString, cancellationToken), cancellationToken);

    internal static async Task<ServerAnswer> AskAsync(ServerPlace place, Func<Task<NpgsqlConnection>> open, CancellationToken cancellationToken)
    {
        if (!File.Exists(place.SocketPath))
        {
            return ServerAnswer.None;
        }

        await place.VerifySocketFolderAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var connection = await open().ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            return ServerAnswer.Ready;
        }
        catch (PostgresException failure)
        {
            return failure.SqlState switch
            {
                PostgresErrorCodes.InvalidCatalogName => ServerAnswer.NoDatabase,
                PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown => ServerAnswer.NotNow,
                // Such as too many connections: it runs, and more than that was not asked.
                _ => ServerAnswer.Ready,
            };
        }
        catch (NpgsqlException failure) when (failure.InnerException is SocketException or IOException)
        {
            return ServerAnswer.None;
        }
    }

    /// <summary>The version of the server, or null when none answers.</summary>
    internal static async Task<string?> AskVersionAsync(ServerPlace place, string connectionString, CancellationToken cancellationToken)
    {
        if (!File.Exists(place.SocketPath))
        {
            return null;
        }

        await place.VerifySocketFolderAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var connection = await Connections.OpenAsync(connectionString, cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            return connection.PostgreSqlVersion.ToString();
        }
        catch (NpgsqlException failure) when (failure is PostgresException || failure.InnerException is SocketException or IOException)
        {
            return null;
        }
    }
}
