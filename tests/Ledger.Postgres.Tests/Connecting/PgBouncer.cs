using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Ledger.Conformance;
using Ledger.Postgres.Local;
using Npgsql;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>A real PgBouncer in front of one server, which can be pointed at another one.</summary>
/// <remarks>Unless told otherwise it pools by transactions and keeps prepared statements from 1.21 on; an older one pools by sessions.</remarks>
internal sealed class PgBouncer : IAsyncDisposable
{
    private const int Hangup = 1;

    private static readonly Version KeepsStatements = new(1, 21);
    private static readonly Lazy<string?> Program = new(() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, "pgbouncer")).FirstOrDefault(File.Exists));

    private readonly string _folder = Directory.CreateTempSubdirectory("pgbouncer-").FullName;
    private readonly Version _version;
    private readonly Setup _setup;
    private readonly int _port;
    private Process? _process;

    private PgBouncer(Version version, Setup setup, int port) => (_version, _setup, _port) = (version, setup, port);

    /// <summary>The version, and how it pools.</summary>
    public string Description => $"PgBouncer {_version}, {Mode} mode";

    private string Mode => _setup.IsByTransaction || _version >= KeepsStatements ? "transaction" : "session";

    private string Settings => Path.Combine(_folder, "pgbouncer.ini");

    /// <summary>Starts one.</summary>
    /// <param name="server">The connection string of the server behind it.</param>
    /// <param name="setup">How it pools; null for the best that it can.</param>
    public static async Task<PgBouncer> StartAsync(string server, Setup? setup = null)
    {
        var bouncer = new PgBouncer(await VersionAsync(), setup ?? new Setup(), LoopbackPort.Free());
        try
        {
            await bouncer.WriteAsync(server);
            IReadOnlyList<string> command = ServerAccount.Choose()?.CommandFor(Program.Value!, ["-q", bouncer.Settings]) ?? [Program.Value!, "-q", bouncer.Settings];
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(bouncer._folder, File.GetUnixFileMode(bouncer._folder) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            }

            bouncer._process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await bouncer.AnswersAsync();
            return bouncer;
        }
        catch
        {
            await bouncer.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same connection string through it.</summary>
    public string Through(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = _port }.ConnectionString;

    /// <summary>Points it at another server, as what watches the servers does after a failover.</summary>
    public async Task PointToAsync(string server)
    {
        await WriteAsync(server);
        _ = kill(_process!.Id, Hangup);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task WriteAsync(string server)
    {
        var parts = new NpgsqlConnectionStringBuilder(server);
        await File.WriteAllLinesAsync(Path.Combine(_folder, "users.txt"), _setup.Users.Select(user => $"\"{user.Key}\" \"{user.Value}\""));
        await File.WriteAllTextAsync(Settings, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = host={parts.Host} port={parts.Port}{(_setup.Users.Count == 0 ? $" user={parts.Username}" : "")}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {_port}
            unix_socket_dir =
            auth_type = {(_setup.Users.Count == 0 ? "any" : "trust")}
            auth_file = {Path.Combine(_folder, "users.txt")}
            pool_mode = {Mode}
            {(_version < KeepsStatements ? "" : $"max_prepared_statements = {(_setup.LosesStatements ? 0 : 200)}")}
            default_pool_size = {_setup.Sessions}
            max_client_conn = 300
            server_login_retry = 1
            ignore_startup_parameters = extra_float_digits,options
            """));
    }

    private async Task AnswersAsync()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, _port);
                return;
            }
            catch (SocketException) when (!_process!.HasExited)
            {
                await Task.Yield();
            }
            catch (SocketException)
            {
                throw new InvalidOperationException($"PgBouncer did not start: {await _process!.StandardError.ReadToEndAsync()}");
            }
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);

    private static string? Missing() => Program.Value is null ? "There is no 'pgbouncer'; on Debian 'apt install pgbouncer'." : null;

    private static async Task<Version> VersionAsync() =>
        Version.Parse((await ProgramRun.RunAsync(null, "/", Program.Value!, ["--version"], default)).Output.Split('\n')[0].Split(' ')[1]);

    /// <summary>How one pools.</summary>
    internal sealed record Setup
    {
        /// <summary>By transactions, also where it is too old to keep prepared statements.</summary>
        public bool IsByTransaction { get; init; }

        /// <summary>Whether it keeps no prepared statements.</summary>
        public bool LosesStatements { get; init; }

        /// <summary>How many sessions a role has at most.</summary>
        public int Sessions { get; init; } = 90;

        /// <summary>Roles and their passwords; without them every client is the role of the server's connection string.</summary>
        public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();
    }

    /// <summary>A test that is skipped, with the reason, where there is none.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class FactAttribute : Xunit.FactAttribute
    {
        public FactAttribute() => Skip = Missing();
    }

    /// <inheritdoc cref="FactAttribute"/>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class TheoryAttribute : Xunit.TheoryAttribute
    {
        public TheoryAttribute() => Skip = Missing();
    }

    /// <summary>The same, and also where it is too old to keep prepared statements.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class KeepingFactAttribute : Xunit.FactAttribute
    {
        public KeepingFactAttribute() => Skip = Missing() ?? (VersionAsync().GetAwaiter().GetResult() < KeepsStatements ? "This 'pgbouncer' is older than 1.21." : null);
    }
}
