using System.Collections.Concurrent;
using Ledger.Postgres.Local;
using Npgsql;

namespace Ledger.Testing;

/// <summary>A PostgreSQL server for tests: the one that <c>LEDGER_POSTGRES</c> names, else a throw-away server from the programs of this machine,
/// else one in a container, if the program has the package Ledger.Testing.Containers.</summary>
/// <remarks>
/// Thread safe. A throw-away server leaves no process and no folder, even after a failed run or <c>kill -9</c> of the tests. On a named
/// server the databases, named <c>ledger_test_…</c>, are dropped at the end; after <c>kill -9</c>, by the next run.
/// </remarks>
public sealed class TestPostgres : IAsyncDisposable
{
    private const string Variable = "LEDGER_POSTGRES";
    private static readonly Lazy<Task<TestPostgres>> SharedInstance = new(() => StartAsync(new TestPostgresOptions(), isShared: true, CancellationToken.None));

    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _templates = new(StringComparer.Ordinal);
    private readonly string _prefix;
    private readonly OwnServer? _server;
    private readonly NamedServer? _named;
    private readonly ContainerServer? _container;
    private readonly string _administration;
    private readonly bool _isShared;
    private readonly bool _copiesFiles;
    private int _databases;

    private TestPostgres(OwnServer? server, NamedServer? named, ContainerServer? container, string administration, bool isShared, bool copiesFiles = false)
    {
        _server = server;
        _named = named;
        _container = container;
        _prefix = named?.Prefix ?? "ledger_test";
        _administration = administration;
        _isShared = isShared;
        _copiesFiles = copiesFiles;
        ConnectionString = new NpgsqlConnectionStringBuilder(administration) { Pooling = true }.ConnectionString;
    }

    /// <summary>Whether this machine can run tests: <c>LEDGER_POSTGRES</c> is set, there are server programs, or a container engine
    /// answers and the program has the package Ledger.Testing.Containers.</summary>
    public static bool IsAvailable => NamedConnection is not null || PostgresPrograms.TryFind(out _) || ContainerEngine.Installed is { IsAvailable: true };

    /// <summary>A connection string of the database <c>postgres</c>, for queries about the server.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether this object owns the server and can kill and restart it.</summary>
    public bool IsOwn => _server is not null;

    private static string? NamedConnection => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : null;

    /// <summary>The one server that the tests of a process share. It starts at the first call and ends with the process.</summary>
    /// <exception cref="PostgresProgramsNotFoundException">There is neither a named server, nor a program to start one, nor an
    /// container engine.</exception>
    public static Task<TestPostgres> SharedAsync(CancellationToken cancellationToken = default) => SharedInstance.Value.WaitAsync(cancellationToken);

    /// <summary>Starts a server with the default options.</summary>
    /// <exception cref="PostgresProgramsNotFoundException">There is neither a named server, nor a program to start one, nor an
    /// container engine.</exception>
    public static Task<TestPostgres> StartAsync(CancellationToken cancellationToken = default) => StartAsync(new TestPostgresOptions(), cancellationToken);

    /// <summary>Starts a server, or uses the named one.</summary>
    /// <exception cref="PostgresProgramsNotFoundException">There is neither a named server, nor a program to start one, nor an
    /// container engine.</exception>
    /// <exception cref="LocalClusterException">The server does not start; the message quotes its log.</exception>
    public static Task<TestPostgres> StartAsync(TestPostgresOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return StartAsync(options, isShared: false, cancellationToken);
    }

    /// <summary>Creates an empty database.</summary>
    public Task<TestDatabase> CreateDatabaseAsync(CancellationToken cancellationToken = default) => CopyAsync("template0", cancellationToken);

    /// <summary>Creates a database as a copy of a template, which is created once per name.</summary>
    /// <param name="template">The template's name, any text.</param>
    /// <param name="initialize">Fills the template, given its connection string; called once per name. Its failure is reported to every caller.</param>
    /// <param name="cancellationToken">Stops waiting; a template that was started is still completed for the next caller.</param>
    public async Task<TestDatabase> CreateDatabaseAsync(
        string template, Func<string, CancellationToken, Task> initialize, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(initialize);
        var made = _templates.GetOrAdd(template, _ => new Lazy<Task<string>>(() => MakeTemplateAsync(initialize)));
        return await CopyAsync(await made.Value.WaitAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Kills the server with all its processes, like a crash, and returns when they have ended.</summary>
    /// <exception cref="NotSupportedException">This object does not own the server.</exception>
    public Task KillServerAsync(CancellationToken cancellationToken = default) => Own("killed").KillAsync(cancellationToken);

    /// <summary>Restarts the server, or starts it again after a kill, with recovery. Connection strings stay the same.</summary>
    /// <exception cref="NotSupportedException">This object does not own the server.</exception>
    public Task RestartAsync(CancellationToken cancellationToken = default) => Own("restarted").RestartAsync(cancellationToken);

    /// <summary>Removes an own server with all its files, or drops the databases created on a named one. The shared server stays.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isShared)
        {
            return;
        }

        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }

        if (_named is not null)
        {
            await _named.DisposeAsync().ConfigureAwait(false);
        }

        if (_container is not null)
        {
            await _container.Container.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<TestPostgres> StartAsync(TestPostgresOptions options, bool isShared, CancellationToken cancellationToken)
    {
        if (options.Server is TestServer.NamedOrOwn && NamedConnection is { } connection)
        {
            var administration = new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString;
            var named = await NamedServer.OpenAsync(administration, cancellationToken).ConfigureAwait(false);
            return new TestPostgres(null, named, null, administration, isShared);
        }

        if (options.Server is TestServer.NamedOrOwn && !PostgresPrograms.TryFind(out _) && ContainerEngine.Installed is { IsAvailable: true } containers)
        {
            return await StartInContainerAsync(containers, options, isShared, cancellationToken).ConfigureAwait(false);
        }

        var server = await OwnServer.StartAsync(options, cancellationToken).ConfigureAwait(false);
        // The shared server is never killed, so the connections that make and drop its databases can be kept.
        var own = new NpgsqlConnectionStringBuilder(server.Administration) { Pooling = isShared }.ConnectionString;
        return new TestPostgres(server, null, null, own, isShared, copiesFiles: options.Durability is TestDurability.None);
    }

    /// <summary>Starts a server in a container, even if the machine has server programs.</summary>
    internal static async Task<TestPostgres> StartInContainerAsync(
        ContainerEngine containers, TestPostgresOptions options, bool isShared, CancellationToken cancellationToken)
    {
        var container = await containers.StartAsync(options, cancellationToken).ConfigureAwait(false);
        return new TestPostgres(null, null, container, container.Administration, isShared);
    }

    private OwnServer Own(string done) => _server ?? throw new NotSupportedException(
        $"The server that {Variable} names, or that runs in a container, cannot be {done} by a test. Set 'Server = TestServer.Own' to get one that can.");

    private async Task<string> MakeTemplateAsync(Func<string, CancellationToken, Task> initialize)
    {
        var name = NextName("template");
        await Databases.CreateAsync(_administration, name, "template0", _copiesFiles, CancellationToken.None).ConfigureAwait(false);
        var connectionString = new NpgsqlConnectionStringBuilder(_administration) { Database = name }.ConnectionString;
        await initialize(connectionString, CancellationToken.None).ConfigureAwait(false);
        await Databases.SealAsync(_administration, name, CancellationToken.None).ConfigureAwait(false);
        return name;
    }

    private async Task<TestDatabase> CopyAsync(string template, CancellationToken cancellationToken)
    {
        var name = NextName("db");
        await Databases.CreateAsync(_administration, name, template, _copiesFiles, cancellationToken).ConfigureAwait(false);
        return new TestDatabase(_administration, name);
    }

    private string NextName(string kind) => $"{_prefix}_{kind}{Interlocked.Increment(ref _databases)}";
}
