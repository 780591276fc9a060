using Ledger.Postgres.Local;
using Npgsql;

namespace Ledger.Cli.Connections;

/// <summary>The server that a command uses: from <c>--connection</c>, else <c>LEDGER_POSTGRES</c>, else the user's private one.</summary>
/// <param name="ConnectionString">An Npgsql connection string.</param>
/// <param name="IsPrivate">Whether it is the user's private server.</param>
internal sealed record ServerAddress(string ConnectionString, bool IsPrivate)
{
    private const string Variable = "LEDGER_POSTGRES";

    /// <summary>Finds the server, and starts it if it is the private one.</summary>
    public static async Task<ServerAddress> FindAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Get(CommonOptions.Connection) is { } given)
        {
            return new ServerAddress(Check("--connection", given), IsPrivate: false);
        }

        if (session.Io.Environment(Variable) is { } named)
        {
            return new ServerAddress(Check(Variable, named), IsPrivate: false);
        }

        var cluster = await OpenPrivateAsync(session, cancellationToken);
        await session.Progress.RunAsync("Starting the private PostgreSQL", () => cluster.StartAsync(cancellationToken));
        return new ServerAddress(cluster.ConnectionString, IsPrivate: true);
    }

    /// <summary>The user's private server, which may be stopped.</summary>
    public static Task<LocalCluster> OpenPrivateAsync(Session session, CancellationToken cancellationToken)
    {
        var options = session.Io.Environment("LEDGER_HOME") is { } home
            ? new LocalClusterOptions { Home = home, TimeProvider = session.Io.TimeProvider }
            : new LocalClusterOptions { TimeProvider = session.Io.TimeProvider };
        return LocalCluster.OpenAsync(options, cancellationToken);
    }

    private static string Check(string source, string text)
    {
        try
        {
            var parts = new NpgsqlConnectionStringBuilder(text);
            parts.ApplicationName ??= "ledger";
            return string.IsNullOrEmpty(parts.Host)
                ? throw new UsageException($"{source} names no host. Write it as \"Host=…;Database=…\".")
                : parts.ConnectionString;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // The text may hold a password, so it is not repeated.
            throw new UsageException($"{source} is not a connection string. Write it as \"Host=…;Database=…\"; a URL is not accepted.");
        }
    }
}
