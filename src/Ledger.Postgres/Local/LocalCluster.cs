using Ledger.Postgres.Connecting;
using Npgsql;

namespace Ledger.Postgres.Local;

/// <summary>A private PostgreSQL server of the user: made at the first start, reached by a Unix socket only, left running.</summary>
/// <remarks>Thread safe. Several objects and processes may use one cluster at once.</remarks>
public sealed class LocalCluster
{
    private const string DatabaseName = "ledger";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // Other settings have PostgreSQL's defaults. These are written down because an acknowledged append must survive a crash.
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["fsync"] = "on",
        ["synchronous_commit"] = "on",
        ["full_page_writes"] = "on",
        ["timezone"] = "UTC",
        ["log_timezone"] = "UTC",
        ["log_checkpoints"] = "off",
    };

    private readonly LocalClusterOptions _options;
    private readonly ClusterLayout _layout;

    private LocalCluster(LocalClusterOptions options, ClusterLayout layout)
    {
        _options = options;
        _layout = layout;
        ConnectionString = ConnectionStringOf(layout.Place, DatabaseName, pooling: true);
    }

    /// <summary>Where the data is, or will be after the first start.</summary>
    public string DataFolder => _layout.Place.DataFolder;

    /// <summary>The connection string of the database <c>ledger</c>, valid while the server runs.</summary>
    public string ConnectionString { get; }

    private ServerPlace Place => _layout.Place;

    /// <summary>Finds the place of the cluster. Nothing is created or started.</summary>
    /// <exception cref="PostgresProgramsNotFoundException">There is no cluster yet, and no server program to create one.</exception>
    public static async Task<LocalCluster> OpenAsync(LocalClusterOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("A private PostgreSQL needs Unix. Name a running server in LEDGER_POSTGRES.");
        }

        return new LocalCluster(options, await ClusterLayout.FindAsync(options, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Returns when the server accepts connections; it is created and started on demand.</summary>
    /// <exception cref="LocalClusterException">The server cannot be created or started; the message quotes its log.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (await ProbeAsync(cancellationToken).ConfigureAwait(false) is ServerAnswer.Ready)
        {
            return;
        }

        PrivateFolder.CreateParent(_layout.Root, Place.Account);
        var held = await TakeLockAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = held.ConfigureAwait(false);
        await Place.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var answer = await ProbeAsync(cancellationToken).ConfigureAwait(false);
        if (answer is ServerAnswer.None or ServerAnswer.NotNow)
        {
            await StartServerAsync(cancellationToken).ConfigureAwait(false);
            answer = await ProbeAsync(cancellationToken).ConfigureAwait(false);
        }

        if (answer is ServerAnswer.NoDatabase)
        {
            await Databases.EnsureAsync(Administration, DatabaseName, cancellationToken).ConfigureAwait(false);
        }
        else if (answer is not ServerAnswer.Ready)
        {
            throw new LocalClusterException(
                Place.Folder, $"The private PostgreSQL server in '{Place.Folder}' was started, but does not answer at '{Place.SocketPath}'.");
        }
    }

    /// <summary>Returns when a connection of a data source can be opened. A server that answers costs nothing more: the connection stays in the pool.</summary>
    /// <param name="dataSource">A data source of <see cref="ConnectionString"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="LocalClusterException">The server cannot be created or started; the message quotes its log.</exception>
    public async Task StartAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        var answer = await ServerProbe.AskAsync(Place, OpenAsync, cancellationToken).ConfigureAwait(false);
        if (answer is not ServerAnswer.Ready)
        {
            await StartAsync(cancellationToken).ConfigureAwait(false);

            // Its pool may have connections to the server that ended.
            dataSource.Clear();
            answer = await ServerProbe.AskAsync(Place, OpenAsync, cancellationToken).ConfigureAwait(false);
            if (answer is not ServerAnswer.Ready)
            {
                throw new LocalClusterException(Place.Folder, $"The private PostgreSQL server in '{Place.Folder}' runs, but the data source does not reach it.");
            }
        }

        Task<NpgsqlConnection> OpenAsync() => Connections.OpenAnyAsync(dataSource, cancellationToken).AsTask();
    }

    /// <summary>Stops the server, if it runs, and returns when it has ended. Open transactions are rolled back.</summary>
    /// <exception cref="LocalClusterException">The server does not stop in time.</exception>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (!Place.IsInitialized)
        {
            return;
        }

        var held = await TakeLockAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = held.ConfigureAwait(false);
        if (Postmaster.FindAlive(Place.DataFolder) is not null)
        {
            await OpenServer().StopAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the server runs, its version and its place. Nothing is created or started.</summary>
    public async Task<LocalClusterStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        var version = await ServerProbe.AskVersionAsync(Place, Administration, cancellationToken).ConfigureAwait(false);
        return new LocalClusterStatus
        {
            Running = version is not null,
            Version = version ?? (Place.IsInitialized ? _layout.MajorVersion.ToString(System.Globalization.CultureInfo.InvariantCulture) : null),
            DataFolder = DataFolder,
            ConnectionString = ConnectionString,
        };
    }

    /// <summary>Without a pool where the connection is one of ours: a pooled one would hold up a stop or a copy of the database.</summary>
    internal static string ConnectionStringOf(ServerPlace place, string database, bool pooling) => new NpgsqlConnectionStringBuilder
    {
        Host = place.SocketFolder,
        Username = ServerPlace.UserName,
        Database = database,
        Pooling = pooling,
    }.ConnectionString;

    private string Administration => ConnectionStringOf(Place, "postgres", pooling: false);

    private PostgresServer OpenServer() => new(Place, PostgresPrograms.FindMajor(_layout.MajorVersion), Settings, _options.Timeout, _options.TimeProvider);

    private Task<FileStream> TakeLockAsync(CancellationToken cancellationToken) =>
        StartLock.TakeAsync(_layout.LockFile, _options.Timeout, _options.TimeProvider, cancellationToken);

    private Task<ServerAnswer> ProbeAsync(CancellationToken cancellationToken) =>
        ServerProbe.AskAsync(Place, ConnectionStringOf(Place, DatabaseName, pooling: false), cancellationToken);

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        var server = OpenServer();
        await server.InitializeAsync(cancellationToken, _options.InitializeOptions).ConfigureAwait(false);
        if (Postmaster.FindAlive(Place.DataFolder) is not null)
        {
            if (await WaitForAnswerAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            // It runs, but cannot be reached: a cleaner of temporary files has removed the socket.
            await server.StopAsync(cancellationToken).ConfigureAwait(false);
        }

        await server.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    // No other process starts or stops it now, so a running server is recovering from a crash, or stopping for a caller that gave up waiting.
    private async Task<bool> WaitForAnswerAsync(CancellationToken cancellationToken)
    {
        var start = _options.TimeProvider.GetTimestamp();
        while (_options.TimeProvider.GetElapsedTime(start) < _options.Timeout
            && File.Exists(Place.SocketPath)
            && Postmaster.FindAlive(Place.DataFolder) is not null)
        {
            if (await ProbeAsync(cancellationToken).ConfigureAwait(false) is ServerAnswer.Ready or ServerAnswer.NoDatabase)
            {
                return true;
            }

            await Task.Delay(Pause, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }
}
