using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Local;

[UnsupportedOSPlatform("windows")]
public sealed class LocalClusterTests
{
    [Fact]
    public async Task Start_FreshFolder_ServesADurableLedgerDatabaseOnASocketOnly()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenAsync(scratch.Options() with { InitializeOptions = [] });
        (await cluster.GetStatusAsync()).ShouldSatisfyAllConditions(
            status => status.Running.ShouldBeFalse(),
            status => status.Version.ShouldBeNull(),
            status => Directory.Exists(status.DataFolder).ShouldBeFalse());

        await cluster.StartAsync();

        (await AskAsync(cluster.ConnectionString, "select current_database()")).ShouldBe("ledger");
        (await AskAsync(cluster.ConnectionString, "show listen_addresses")).ShouldBe("");
        (await AskAsync(cluster.ConnectionString, "show fsync")).ShouldBe("on");
        (await AskAsync(cluster.ConnectionString, "show synchronous_commit")).ShouldBe("on");
        (await AskAsync(cluster.ConnectionString, "show server_encoding")).ShouldBe("UTF8");
        (await cluster.GetStatusAsync()).ShouldSatisfyAllConditions(
            status => status.Running.ShouldBeTrue(),
            status => Version.Parse(status.Version!).Major.ShouldBeGreaterThanOrEqualTo(15),
            status => status.DataFolder.ShouldBe(cluster.DataFolder),
            status => status.ConnectionString.ShouldBe(cluster.ConnectionString));
    }

    [Fact]
    public async Task Start_RunningServer_LeavesItRunning()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenMadeAsync();
        await cluster.StartAsync();
        var first = ProcessIdIn(cluster.DataFolder);

        await cluster.StartAsync();

        ProcessIdIn(cluster.DataFolder).ShouldBe(first);
    }

    [Fact]
    public async Task Start_WithADataSource_ConnectsOnceIfTheServerAnswers_AndStartsItIfNot()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenMadeAsync();
        await using var dataSource = NpgsqlDataSource.Create(cluster.ConnectionString);

        await cluster.StartAsync(dataSource);

        var first = await BackendAsync();
        await cluster.StartAsync(dataSource);
        (await BackendAsync()).ShouldBe(first);
        await cluster.StopAsync();
        await cluster.StartAsync(dataSource);
        (await AskAsync(cluster.ConnectionString, "select current_database()")).ShouldBe("ledger");

        async Task<object?> BackendAsync()
        {
            await using var command = dataSource.CreateCommand("select pg_backend_pid()");
            return await command.ExecuteScalarAsync();
        }
    }

    [Fact]
    public async Task Start_FourAtOnceOnAFreshFolder_AllSucceedWithOneServer()
    {
        await using var scratch = new ScratchFolder();
        var clusters = new[] { await scratch.OpenAsync(), await scratch.OpenAsync(), await scratch.OpenAsync(), await scratch.OpenAsync() };

        await Task.WhenAll(clusters.Select(cluster => Task.Run(() => cluster.StartAsync())));

        foreach (var cluster in clusters)
        {
            (await AskAsync(cluster.ConnectionString, "select 1")).ShouldBe(1);
        }
    }

    [Fact]
    public async Task Start_LockHeldByAnotherProcess_WaitsForIt()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenMadeAsync();
        await cluster.StartAsync();
        await cluster.StopAsync();
        var lockFile = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(cluster.DataFolder))!, "lock");
        using var holder = Process.Start(new ProcessStartInfo("flock", [lockFile, "sh", "-c", "echo held; read line"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        (await holder.StandardOutput.ReadLineAsync()).ShouldBe("held");

        var start = Task.Run(() => cluster.StartAsync());
        start.IsCompleted.ShouldBeFalse();
        (await cluster.GetStatusAsync()).Running.ShouldBeFalse();
        await holder.StandardInput.WriteLineAsync();
        await start;

        (await cluster.GetStatusAsync()).Running.ShouldBeTrue();
    }

    [Fact]
    public async Task Stop_RunningServer_KeepsTheData()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenMadeAsync();
        await cluster.StartAsync();
        await AskAsync(cluster.ConnectionString, "create table kept (id int); insert into kept values (1), (2)");

        await cluster.StopAsync();
        (await cluster.GetStatusAsync()).Running.ShouldBeFalse();
        await cluster.StopAsync();
        await cluster.StartAsync();

        NpgsqlConnection.ClearAllPools();
        (await AskAsync(cluster.ConnectionString, "select count(*) from kept")).ShouldBe(2L);
    }

    [Fact]
    public async Task Start_AfterKill_RecoversWhatWasCommitted()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenMadeAsync();
        await cluster.StartAsync();
        await AskAsync(cluster.ConnectionString, "create table kept (id int); insert into kept values (1), (2)");
        await KillAsync(ProcessIdIn(cluster.DataFolder));
        File.Exists(Path.Combine(cluster.DataFolder, "postmaster.pid")).ShouldBeTrue();
        (await cluster.GetStatusAsync()).Running.ShouldBeFalse();

        await cluster.StartAsync();

        NpgsqlConnection.ClearAllPools();
        (await AskAsync(cluster.ConnectionString, "select count(*) from kept")).ShouldBe(2L);
    }

    [Fact]
    public async Task StartAndStop_PidOfACrashedServerReusedByAStranger_LeaveTheStrangerAlone()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenMadeAsync();
        await cluster.StartAsync();
        await KillAsync(ProcessIdIn(cluster.DataFolder));
        using var stranger = await StartAsOwnerAsync(cluster.DataFolder);
        await ReplaceProcessIdAsync(Path.Combine(cluster.DataFolder, "postmaster.pid"), stranger.Id);
        await ReplaceProcessIdAsync(Path.Combine(HostOf(cluster.ConnectionString), ".s.PGSQL.5432.lock"), stranger.Id);

        await cluster.StopAsync();
        stranger.HasExited.ShouldBeFalse();
        await cluster.StartAsync();

        stranger.HasExited.ShouldBeFalse();
        (await cluster.GetStatusAsync()).Running.ShouldBeTrue();
        stranger.StandardInput.Close();
    }

    [Fact]
    public async Task Start_PidFileLeftEmptyByACrash_Starts()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenMadeAsync();
        await cluster.StartAsync();
        await cluster.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(cluster.DataFolder, "postmaster.pid"), "");

        await cluster.StartAsync();

        (await cluster.GetStatusAsync()).Running.ShouldBeTrue();
    }

    [Fact]
    public async Task Start_DataFolderHalfMadeByACrash_MakesItAnew()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenAsync();
        var unfinished = Path.Combine(Path.GetDirectoryName(cluster.DataFolder)!, "data.new-1");
        Directory.CreateDirectory(unfinished);
        await File.WriteAllTextAsync(Path.Combine(unfinished, "PG_VERSION"), "15");

        await cluster.StartAsync();

        (await cluster.GetStatusAsync()).Running.ShouldBeTrue();
        Directory.Exists(unfinished).ShouldBeFalse();
    }

    [Fact]
    public async Task Start_SocketRemovedUnderARunningServer_IsReachableAgain()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenMadeAsync();
        await cluster.StartAsync();
        foreach (var file in Directory.EnumerateFiles(HostOf(cluster.ConnectionString), ".s.PGSQL.*"))
        {
            File.Delete(file);
        }

        await cluster.StartAsync();

        (await cluster.GetStatusAsync()).Running.ShouldBeTrue();
    }

    [Theory]
    [InlineData("a-folder-whose-name-is-so-long-that-a-socket-below-it-would-have-an-address-of-more-than-107-bytes-which-is-the-limit")]
    [InlineData("a, b; $(touch \"c\") `d` 'é'")]
    public async Task Start_FolderThatCannotHoldASocket_UsesAShortPrivateOne(string home)
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenAsync(scratch.Options(home));

        await cluster.StartAsync();

        cluster.DataFolder.ShouldContain(home);
        (await AskAsync(cluster.ConnectionString, "select 1")).ShouldBe(1);
        HostOf(cluster.ConnectionString).Length.ShouldBeLessThan(40);
        File.GetUnixFileMode(HostOf(cluster.ConnectionString)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task Start_ShortSocketFolderOpenToOthers_IsRefused()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenAsync(scratch.Options("a, b"));
        var socketFolder = HostOf(cluster.ConnectionString);
        Directory.CreateDirectory(socketFolder);
        File.SetUnixFileMode(socketFolder, (UnixFileMode)0x1FF);

        var refusal = await Should.ThrowAsync<Ledger.Postgres.Local.LocalClusterException>(() => cluster.StartAsync());

        refusal.Message.ShouldBe(
            $"The socket folder '{socketFolder}' belongs to another user or is open to others. Remove it, or set LEDGER_HOME to a shorter path.");
    }

    [Fact]
    public async Task Start_AnotherClusterRuns_BothRunApart()
    {
        await using var scratch = new ScratchFolder();
        var other = await scratch.OpenMadeAsync("other");
        await other.StartAsync();
        var cluster = await scratch.OpenMadeAsync();

        await cluster.StartAsync();
        await AskAsync(cluster.ConnectionString, "create table mine (id int)");
        await cluster.StopAsync();

        (await other.GetStatusAsync()).Running.ShouldBeTrue();
        (await AskAsync(other.ConnectionString, "select count(*) from pg_class where relname = 'mine'")).ShouldBe(0L);
    }

    [Fact]
    public async Task Start_ServerRefusesItsConfiguration_SaysWhatTheLogSays()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenMadeAsync();
        await cluster.StartAsync();
        await cluster.StopAsync();
        await File.AppendAllTextAsync(Path.Combine(cluster.DataFolder, "postgresql.conf"), "\nshared_buffers = 'plenty'\n");

        var refusal = await Should.ThrowAsync<Ledger.Postgres.Local.LocalClusterException>(() => cluster.StartAsync());

        var folder = Path.GetDirectoryName(cluster.DataFolder);
        refusal.Message.ShouldBe(
            $"The private PostgreSQL server in '{folder}' did not start: LOG:  invalid value for parameter \"shared_buffers\": \"plenty\" | "
            + $"FATAL:  configuration file \"{cluster.DataFolder}/postgresql.conf\" contains errors (the whole log is '{folder}/server.log').");
    }

    [Fact]
    public async Task Start_SocketFolder_IsClosedToOtherUsers()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenMadeAsync();

        await cluster.StartAsync();

        File.GetUnixFileMode(HostOf(cluster.ConnectionString)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task Start_Cancelled_ThrowsAndTheNextStartSucceeds()
    {
        await using var scratch = new ScratchFolder();
        var cluster = await scratch.OpenAsync();
        using var cancellation = new CancellationTokenSource();
        var start = cluster.StartAsync(cancellation.Token);
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => start);
        await cluster.StartAsync();

        (await cluster.GetStatusAsync()).Running.ShouldBeTrue();
    }

    private static string HostOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Host!;

    private static int ProcessIdIn(string dataFolder) =>
        int.Parse(File.ReadLines(Path.Combine(dataFolder, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private static async Task KillAsync(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
        await process.WaitForExitAsync();
    }

    // PostgreSQL takes a process id for its own server's only if the process is of its own user.
    private static async Task<Process> StartAsOwnerAsync(string dataFolder)
    {
        var owner = await Ledger.Postgres.Local.FileOwner.ReadAsync(dataFolder, CancellationToken.None);
        IReadOnlyList<string> command = Environment.IsPrivilegedProcess
            ? Ledger.Postgres.Local.ServerAccount.OwnerOf(owner!).CommandFor("cat", [])
            : ["cat"];
        return Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, WorkingDirectory = "/" })!;
    }

    private static async Task ReplaceProcessIdAsync(string path, int processId)
    {
        var lines = await File.ReadAllLinesAsync(path);
        lines[0] = processId.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllLinesAsync(path, lines);
    }

    private static async Task<object?> AskAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
