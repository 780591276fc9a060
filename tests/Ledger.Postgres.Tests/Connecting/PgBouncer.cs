using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Ledger.Postgres.Local;
using Npgsql;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>A real PgBouncer in front of one server, which can be pointed at another one.</summary>
/// <remarks>From 1.21 on it pools by transactions and keeps prepared statements; an older one pools by sessions.</remarks>
internal sealed class PgBouncer : IAsyncDisposable
{
    private const int Hangup = 1;

    private static readonly Version KeepsStatements = new(1, 21);
    private static readonly Lazy<string?> Program = new(() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, "pgbouncer")).FirstOrDefault(File.Exists));

    private readonly string _folder = Directory.CreateTempSubdirectory("pgbouncer-").FullName;
    private readonly Version _version;
    private readonly int _port;
    private Process? _process;

    private PgBouncer(Version version, int port) => (_version, _port) = (version, port);

    /// <summary>The version, and how it pools.</summary>
    public string Description => $"PgBouncer {_version}, {Mode} mode";

    private string Mode => _version < KeepsStatements ? "session" : "transaction";

    private string Settings => Path.Combine(_folder, "pgbouncer.ini");

    /// <summary>Starts one.</summary>
    /// <param name="server">The connection string of the server behind it.</param>
    public static async Task<PgBouncer> StartAsync(string server)
    {
        var version = await ProgramRun.RunAsync(null, "/", Program.Value!, ["--version"], default);
        var bouncer = new PgBouncer(Version.Parse(version.Output.Split('\n')[0].Split(' ')[1]), FreePort());
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
        await File.WriteAllTextAsync(Settings, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = host={parts.Host} port={parts.Port} user={parts.Username}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {_port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {Mode}
            {(_version < KeepsStatements ? "" : "max_prepared_statements = 200")}
            default_pool_size = 90
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);

    /// <summary>A test that is skipped, with the reason, where there is none.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class FactAttribute : Xunit.FactAttribute
    {
        public FactAttribute() => Skip = Program.Value is null ? "There is no 'pgbouncer'; on Debian 'apt install pgbouncer'." : null;
    }
}
