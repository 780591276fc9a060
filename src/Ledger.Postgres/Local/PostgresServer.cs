using System.Globalization;

namespace Ledger.Postgres.Local;

/// <summary>One server over one data folder: made, started and stopped by PostgreSQL's own programs. Its caller holds the lock.</summary>
/// <remarks>
/// Programs work in the cluster's folder and get relative paths: the server's user can enter it, and pg_ctl passes paths to a shell without quoting special
/// characters.
/// </remarks>
internal sealed class PostgresServer(ServerPlace place, PostgresPrograms programs, IReadOnlyDictionary<string, string> settings, TimeSpan timeout, TimeProvider clock)
{
    private const string Data = ServerPlace.DataName;
    private const string UnfinishedPrefix = "data.new-";
    private const string Log = "server.log";

    // After a crash the children of the old server need a moment to notice, and the data is not to be touched before.
    private static readonly TimeSpan OrphansLeave = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    internal string LogFile { get; } = Path.Combine(place.Folder, Log);

    /// <summary>Creates the data folder if it is missing; an incomplete one left by a crash is created again.</summary>
    internal async Task InitializeAsync(CancellationToken cancellationToken, params IReadOnlyList<string> options)
    {
        if (place.IsInitialized)
        {
            return;
        }

        RemoveUnfinished();
        var unfinished = UnfinishedPrefix + Guid.NewGuid().ToString("N")[..8];

        // The socket is in a folder that only its owner can enter, so any process that can connect may.
        IReadOnlyList<string> arguments =
        [
            "-D", unfinished, "--encoding=UTF8", OperatingSystem.IsLinux() ? "--locale=C.UTF-8" : "--locale=C",
            $"--username={ServerPlace.UserName}", "--auth-local=trust", "--auth-host=reject", .. options,
        ];
        var result = await RunAsync("initdb", arguments, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new LocalClusterException(place.Folder, $"The private cluster in '{place.Folder}' could not be made: {result.LastWords}");
        }

        Directory.Move(Path.Combine(place.Folder, unfinished), place.DataFolder);
    }

    private void RemoveUnfinished()
    {
        foreach (var folder in Directory.EnumerateDirectories(place.Folder, UnfinishedPrefix + "*"))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // The initdb of a command that was killed may still write there, which does no harm.
            }
        }
    }

    /// <summary>Starts the server, which does not run, and returns when it accepts connections.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        var crashed = Postmaster.RemoveIfMisleading(place.DataFolder);
        RemoveSocket();
        ServerLog.Turn(LogFile);
        var start = clock.GetTimestamp();
        while (true)
        {
            var logged = ServerLog.Length(LogFile);
            var result = await RunAsync(
                "pg_ctl", ["start", "-w", "-s", "-t", Seconds, "-D", Data, "-l", Log, "-o", CommandLine()], cancellationToken).ConfigureAwait(false);
            if (result.ExitCode == 0)
            {
                return;
            }

            if (!crashed || clock.GetElapsedTime(start) > OrphansLeave)
            {
                var reason = ServerLog.Tail(LogFile, logged) is { Length: > 0 } tail ? tail : result.LastWords;
                throw new LocalClusterException(
                    place.Folder, $"The private PostgreSQL server in '{place.Folder}' did not start: {reason} (the whole log is '{LogFile}').");
            }

            await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stops the server, if it runs, and returns when it has ended. Transactions still open are rolled back.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Postmaster.FindAlive(place.DataFolder) is null)
        {
            return;
        }

        var result = await RunAsync("pg_ctl", ["stop", "-w", "-s", "-m", "fast", "-t", Seconds, "-D", Data], cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0 && Postmaster.FindAlive(place.DataFolder) is { } postmaster)
        {
            throw new LocalClusterException(
                place.Folder,
                $"The private PostgreSQL server in '{place.Folder}' (process {postmaster.ProcessId}) did not stop within {Seconds} seconds: {result.LastWords}");
        }
    }

    // The socket's lock file holds a process id as well, which may be a stranger's by now. The folder is this server's alone.
    private void RemoveSocket()
    {
        if (Directory.Exists(place.SocketFolder))
        {
            File.Delete(place.SocketPath);
            File.Delete(place.SocketPath + ".lock");
        }
    }

    private string Seconds => ((int)timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private Task<ProgramResult> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        ProgramRun.RunAsync(place.Account, place.Folder, programs.PathOf(program), arguments, cancellationToken);

    // pg_ctl passes this to a shell: names and values are checked or quoted, and the socket folder is chosen to need no quotes.
    private string CommandLine()
    {
        var all = new Dictionary<string, string>(settings, StringComparer.Ordinal)
        {
            ["listen_addresses"] = "",
            ["port"] = ServerPlace.Port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = place.SocketFolder,
            ["unix_socket_permissions"] = "0700",
        };
        return string.Join(' ', all.Select(setting => $"-c {setting.Key}='{setting.Value.Replace("'", @"'\''", StringComparison.Ordinal)}'"));
    }
}
