using System.Data.Common;
using Ledger.Cli.Tenants;
using Ledger.Postgres.Local;
using Npgsql;

namespace Ledger.Cli.Connections;

/// <summary>The server that a command uses: from <c>--connection</c>, else <c>LEDGER_POSTGRES</c>, else the user's profile, else the user's private one.</summary>
/// <param name="ConnectionString">An Npgsql connection string.</param>
/// <param name="Private">The user's private server, which may be stopped; null if it is another server.</param>
internal sealed record ServerAddress(string ConnectionString, LocalCluster? Private = null)
{
    /// <summary>The variable that names the server.</summary>
    public const string Variable = "LEDGER_POSTGRES";

    private const string Form = "\"Host=…;Database=…\" or postgresql://USER@HOST/DATABASE";

    // Those that people write; Npgsql has a hundred.
    private static readonly string[] Keywords =
    [
        "host", "server", "port", "database", "username", "user id", "password", "passfile", "ssl mode", "root certificate", "ssl certificate", "ssl key", "timeout",
        "command timeout", "application name", "options", "search path", "pooling", "minimum pool size", "maximum pool size", "keepalive", "target session attributes",
        "max auto prepare", "no reset on close", "multiplexing", "include error detail",
    ];

    /// <summary>The server as people name it: host and port, the socket, or several hosts.</summary>
    public string Name
    {
        get
        {
            var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
            return parts.Host switch
            {
                { } several when several.Contains(',', StringComparison.Ordinal) => several,
                { } folder when folder.StartsWith('/') => $"{folder.TrimEnd('/')}/.s.PGSQL.{parts.Port}",
                { } address when address.Contains(':', StringComparison.Ordinal) => $"[{address}]:{parts.Port}",
                var host => $"{host}:{parts.Port}",
            };
        }
    }

    /// <summary>Finds the server, which may be stopped if it is the private one; with <c>--tenant</c> the database of the tenant, or its log in a schema of many.</summary>
    public static async Task<ServerAddress> FindAsync(Session session, CancellationToken cancellationToken)
    {
        var address = await FindServerAsync(session, cancellationToken);
        return session.Get(CommonOptions.Tenant) is not { } tenant
            ? address
            : await ConjoinedSchema.AddressOfAsync(session, address, tenant, cancellationToken)
                ?? await PoolTables.AddressOfAsync(session, address, tenant, cancellationToken)
                ?? await MasterTable.AddressOfAsync(session, address, tenant, cancellationToken);
    }

    /// <summary>Starts the server if it is the private one, for what does not go through <see cref="LedgerConnection"/>.</summary>
    public Task StartAsync(Session session, CancellationToken cancellationToken) => Private is { } cluster
        ? session.Progress.RunAsync("Starting the private PostgreSQL", () => cluster.StartAsync(cancellationToken))
        : Task.CompletedTask;

    private static async Task<ServerAddress> FindServerAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Settings.Find(CommonOptions.Connection.Name, session.Get(CommonOptions.Connection), Variable, profile => profile.Connection) is var (source, given))
        {
            return new ServerAddress(Check(source, given));
        }

        var cluster = await OpenPrivateAsync(session, cancellationToken);
        return new ServerAddress(cluster.ConnectionString, cluster);
    }

    /// <summary>The user's private server, for commands that are about it and not about what is in it.</summary>
    /// <exception cref="UsageException">A tenant is named.</exception>
    public static Task<LocalCluster> OpenOnlyPrivateAsync(Session session, CancellationToken cancellationToken) => session.IsGiven(CommonOptions.Tenant)
        ? throw new UsageException("'--tenant' is for what is in the database of one tenant; this command is about your private server.")
        : OpenPrivateAsync(session, cancellationToken);

    /// <summary>The user's private server, which may be stopped.</summary>
    public static Task<LocalCluster> OpenPrivateAsync(Session session, CancellationToken cancellationToken)
    {
        var options = session.Io.Environment("LEDGER_HOME") is { } home
            ? new LocalClusterOptions { Home = home, TimeProvider = session.Io.TimeProvider }
            : new LocalClusterOptions { TimeProvider = session.Io.TimeProvider };
        return LocalCluster.OpenAsync(options, cancellationToken);
    }

    /// <summary>The connection string that a text is: one of Npgsql's, or an address of libpq.</summary>
    /// <param name="source">Where it is from, for messages.</param>
    /// <param name="text">The text, which may hold a password, so that messages do not repeat it.</param>
    /// <exception cref="UsageException">It is neither.</exception>
    public static string Check(string source, string text) => Named(new NpgsqlConnectionStringBuilder(CheckKept(source, text)));

    private static string Named(NpgsqlConnectionStringBuilder parts)
    {
        parts.ApplicationName ??= "ledger";
        return parts.ConnectionString;
    }

    /// <summary>The same for one that is kept for others: without the name of this program.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public static string CheckKept(string source, string text)
    {
        var parts = PostgresUrl.IsOne(text) ? PostgresUrl.Parse(source, text) : ParseKeywords(source, text);
        return string.IsNullOrEmpty(parts.Host)
            ? throw new UsageException($"{source} names no host. Write it as {Form}.")
            : parts.ConnectionString;
    }

    private static NpgsqlConnectionStringBuilder ParseKeywords(string source, string text)
    {
        var given = new DbConnectionStringBuilder();
        try
        {
            given.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            throw new UsageException($"{source} is not a connection string. Write it as {Form}.");
        }

        var parts = new NpgsqlConnectionStringBuilder();
        foreach (var keyword in given.Keys.Cast<string>())
        {
            try
            {
                parts[keyword] = given[keyword];
            }
            catch (Exception fault) when (fault is ArgumentException or KeyNotFoundException)
            {
                // After a ';' that is not in quotes, what looks like a keyword is a part of the password.
                throw new UsageException(Keywords.Contains(keyword, StringComparer.OrdinalIgnoreCase)
                    ? $"{source} has a value for '{keyword}' that it cannot have."
                    : NearestWord.Find(keyword, Keywords) is { } near
                    ? $"{source} has the keyword '{keyword}', which Npgsql does not know. Did you mean '{near}'?"
                    : $"{source} has a keyword that Npgsql does not know. A value with ';' needs quotes: Password=\"a;b\".");
            }
            catch (Exception fault) when (fault is FormatException or InvalidCastException or OverflowException)
            {
                throw new UsageException($"{source} has a value for '{keyword}' that it cannot have.");
            }
        }

        var read = new NpgsqlConnectionStringBuilder(text);
        return read.Host is { } host && !host.StartsWith('/') && host.Contains(' ', StringComparison.Ordinal) && host.Contains('=', StringComparison.Ordinal)
            ? throw new UsageException($"{source} has spaces between its keywords, as psql takes them. Write it as {Form}.")
            : read;
    }
}
