using System.Diagnostics;
using System.Globalization;
using Ledger.Postgres.Local;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Testing;

public sealed class TestPostgresTests
{
    private static readonly TestPostgresOptions Own = new() { Server = TestServer.Own };

    [Fact]
    public async Task Start_Defaults_AreFastAndRoomy()
    {
        await using var postgres = await TestPostgres.StartAsync(Own);

        (await AskAsync(postgres.ConnectionString, "show fsync")).ShouldBe("off");
        (await AskAsync(postgres.ConnectionString, "show synchronous_commit")).ShouldBe("off");
        (await AskAsync(postgres.ConnectionString, "show max_connections")).ShouldBe("200");
        (await AskAsync(postgres.ConnectionString, "show max_prepared_transactions")).ShouldBe("20");
        (await AskAsync(postgres.ConnectionString, "show listen_addresses")).ShouldBe("");
    }

    [Fact]
    public async Task Start_DurableWithSettings_HasThem()
    {
        await using var postgres = await TestPostgres.StartAsync(Own with
        {
            Durability = TestDurability.Full,
            Settings = new Dictionary<string, string> { ["max_connections"] = "17", ["cluster_name"] = "a 'b' $c" },
        });

        (await AskAsync(postgres.ConnectionString, "show fsync")).ShouldBe("on");
        (await AskAsync(postgres.ConnectionString, "show max_connections")).ShouldBe("17");
        (await AskAsync(postgres.ConnectionString, "show cluster_name")).ShouldBe("a 'b' $c");
    }

    [Fact]
    public async Task Start_BadOptions_NamesAllFaults()
    {
        var options = Own with
        {
            Timeout = TimeSpan.Zero,
            Settings = new Dictionary<string, string> { ["a; rm"] = "1", ["b"] = "1\n2" },
        };

        var refusal = await Should.ThrowAsync<ArgumentException>(() => TestPostgres.StartAsync(options));

        refusal.Message.ShouldBe(
            "'a; rm' is not the name of a setting. The value of 'b' has a line break or a NUL. "
            + "Timeout is '00:00:00', but must be from 1 second to 1 hour.");
    }

    [Fact]
    public async Task Start_ServerThatDoesNotStart_LeavesNothing()
    {
        var options = Own with { Settings = new Dictionary<string, string> { ["max_connections"] = "many" } };

        var refusal = await Should.ThrowAsync<LocalClusterException>(() => TestPostgres.StartAsync(options));

        refusal.Message.ShouldContain("invalid value for parameter \"max_connections\": \"many\"");
        Directory.Exists(refusal.Folder).ShouldBeFalse();
    }

    [Fact]
    public async Task CreateDatabase_SameTemplateManyTimesAtOnce_InitializesItOnce()
    {
        var postgres = await TestPostgres.SharedAsync();
        var calls = 0;
        async Task InitializeAsync(string connectionString, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref calls);
            // A data source that stays open, as an application's would.
            var source = NpgsqlDataSource.Create(connectionString + ";Pooling=true");
            await using var command = source.CreateCommand("create table made (id int); insert into made values (1), (2)");
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var databases = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => postgres.CreateDatabaseAsync(nameof(CreateDatabase_SameTemplateManyTimesAtOnce_InitializesItOnce), InitializeAsync)));

        calls.ShouldBe(1);
        databases.Select(database => database.Name).Distinct().Count().ShouldBe(4);
        foreach (var database in databases)
        {
            (await AskAsync(database.ConnectionString, "select count(*) from made")).ShouldBe(2L);
            await database.DisposeAsync();
        }
    }

    [Fact]
    public async Task CreateDatabase_TemplateThatFails_FailsForEveryCaller()
    {
        var postgres = await TestPostgres.SharedAsync();
        static Task FailAsync(string connectionString, CancellationToken cancellationToken) => throw new InvalidOperationException("No.");

        await Should.ThrowAsync<InvalidOperationException>(() => postgres.CreateDatabaseAsync("failing", FailAsync));
        await Should.ThrowAsync<InvalidOperationException>(() => postgres.CreateDatabaseAsync("failing", FailAsync));
    }

    [Fact]
    public async Task DisposeDatabase_WithOpenSession_DropsIt()
    {
        var postgres = await TestPostgres.SharedAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var session = new NpgsqlConnection(database.ConnectionString);
        await session.OpenAsync();

        await database.DisposeAsync();

        (await AskAsync(postgres.ConnectionString, $"select count(*) from pg_database where datname = '{database.Name}'")).ShouldBe(0L);
    }

    [Fact]
    public async Task KillServer_ThenRestart_KeepsWhatWasCommittedAndTheConnectionString()
    {
        await using var postgres = await TestPostgres.StartAsync(Own with { Durability = TestDurability.Full });
        await using var database = await postgres.CreateDatabaseAsync();
        await AskAsync(database.ConnectionString, "create table kept (id int); insert into kept values (1), (2)");
        await using var session = new NpgsqlConnection(database.ConnectionString);
        await session.OpenAsync();

        await postgres.KillServerAsync();
        await using var command = new NpgsqlCommand("select 1", session);
        await Should.ThrowAsync<NpgsqlException>(() => command.ExecuteScalarAsync());
        await postgres.KillServerAsync();
        await postgres.RestartAsync();

        (await AskAsync(database.ConnectionString, "select count(*) from kept")).ShouldBe(2L);
        await postgres.RestartAsync();
        (await AskAsync(database.ConnectionString, "select count(*) from kept")).ShouldBe(2L);
    }

    [Fact]
    public async Task Dispose_RunningServer_LeavesNoProcessAndNoFolder()
    {
        var postgres = await TestPostgres.StartAsync(Own);
        var folder = FolderOf(postgres.ConnectionString);
        using var server = Process.GetProcessById(ProcessIdIn(folder));

        await postgres.DisposeAsync();
        await postgres.DisposeAsync();

        Directory.Exists(folder).ShouldBeFalse();
        await server.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Dispose_KilledServer_LeavesNoFolderAndNoSharedMemory()
    {
        var postgres = await TestPostgres.StartAsync(Own);
        var folder = FolderOf(postgres.ConnectionString);
        var segment = (await File.ReadAllLinesAsync(Path.Combine(folder, "data", "postmaster.pid")))[6].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        await postgres.KillServerAsync();

        await postgres.DisposeAsync();

        Directory.Exists(folder).ShouldBeFalse();
        using var ipcs = Process.Start(new ProcessStartInfo("ipcs", ["-m", "-i", segment]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        (await ipcs.StandardOutput.ReadToEndAsync()).ShouldNotContain($"shmid={segment}");
    }

    [Fact]
    public async Task KillOfTheTestProcess_LeavesNoProcessAndNoFolder()
    {
        using var child = StartChild(null);
        var folder = FolderOf((await child.StandardOutput.ReadLineAsync())!);
        using var server = Process.GetProcessById(ProcessIdIn(folder));
        var removed = new TaskCompletionSource();
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(folder)!, Path.GetFileName(folder)) { NotifyFilter = NotifyFilters.DirectoryName };
        watcher.Deleted += (_, _) => removed.TrySetResult();
        watcher.EnableRaisingEvents = true;

        child.Kill();

        await server.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        await removed.Task.WaitAsync(TimeSpan.FromMinutes(2));
        Directory.Exists(folder).ShouldBeFalse();
    }

    [Fact]
    public async Task EndOfTheTestProcess_LeavesNoFolderWhenItHasEnded()
    {
        using var child = StartChild(null);
        var folder = FolderOf((await child.StandardOutput.ReadLineAsync())!);
        Directory.Exists(folder).ShouldBeTrue();

        child.StandardInput.Close();
        await child.WaitForExitAsync();

        Directory.Exists(folder).ShouldBeFalse();
    }

    [Fact]
    public async Task NamedServer_IsUsedAndCleaned_AlsoAfterAKill()
    {
        await using var named = await TestPostgres.StartAsync(Own);
        using var killed = StartChild(named.ConnectionString);
        FolderOf((await killed.StandardOutput.ReadLineAsync())!).ShouldBe(FolderOf(named.ConnectionString));
        using var living = StartChild(named.ConnectionString);
        var kept = new NpgsqlConnectionStringBuilder((await living.StandardOutput.ReadLineAsync())!).Database;

        killed.Kill();
        await killed.WaitForExitAsync();
        using var next = StartChild(named.ConnectionString);
        await next.StandardOutput.ReadLineAsync();
        next.StandardInput.Close();
        await next.WaitForExitAsync();

        (await AskAsync(named.ConnectionString, "select string_agg(datname, ',') from pg_database where datname like 'ledger_test%'")).ShouldBe(kept);
        living.StandardInput.Close();
        await living.WaitForExitAsync();
        (await AskAsync(named.ConnectionString, "select count(*) from pg_database where datname like 'ledger_test%'")).ShouldBe(0L);
    }

    private static Process StartChild(string? named)
    {
        var info = new ProcessStartInfo(Environment.ProcessPath!, [typeof(TestPostgresTests).Assembly.Location])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        info.Environment["LEDGER_POSTGRES"] = named;
        return Process.Start(info)!;
    }

    private static string FolderOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Host!;

    private static int ProcessIdIn(string folder) =>
        int.Parse(File.ReadLines(Path.Combine(folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private static async Task<object?> AskAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
