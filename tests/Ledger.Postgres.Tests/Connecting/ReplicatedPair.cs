using Ledger.Postgres.Local;
using Ledger.Postgres.Schema;
using Ledger.Testing;
using Npgsql;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>A primary with a migrated database, and a standby that PostgreSQL's streaming replication feeds.</summary>
internal sealed class ReplicatedPair : IAsyncDisposable
{
    private const string Database = "pair";

    // A commit of the set-up need not wait for a standby.
    private const string Local = "-c synchronous_commit=local";

    private ReplicatedPair(TestPostgres primary, TestPostgres standby) => (Primary, Standby) = (primary, standby);

    public TestPostgres Primary { get; }

    public TestPostgres Standby { get; }

    /// <summary>Both servers, the standby first.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(StringOf(Primary))
    {
        Host = $"{HostOf(Standby)},{HostOf(Primary)}",
        Pooling = true,
        MaxPoolSize = 90,
        HostRecheckSeconds = 1,
    }.ConnectionString;

    /// <summary>The primary alone.</summary>
    public string PrimaryString => StringOf(Primary);

    /// <summary>The standby alone.</summary>
    public string StandbyString => StringOf(Standby);

    /// <summary>Starts both.</summary>
    /// <param name="isSynchronous">Whether the primary acknowledges a commit when the standby has it on its disk.</param>
    public static async Task<ReplicatedPair> StartAsync(bool isSynchronous)
    {
        var options = new TestPostgresOptions
        {
            Server = TestServer.Own,
            Settings = new Dictionary<string, string>
            {
                ["wal_level"] = "replica",
                ["hot_standby"] = "on",
                ["synchronous_commit"] = "on",
                ["wal_retrieve_retry_interval"] = "100ms",
            },
        };
        var pair = new ReplicatedPair(await TestPostgres.StartAsync(options), await TestPostgres.StartAsync(options));
        try
        {
            await ExecuteAsync(pair.Primary, $"create database {Database}");
            await using (var dataSource = NpgsqlDataSource.Create(StringOf(pair.Primary)))
            {
                await new LedgerMigrator(dataSource).ApplyAsync();
            }

            await pair.CopyAsync();
            await UntilAsync(pair.Primary, "select exists (select from pg_stat_replication where state = 'streaming')");
            if (isSynchronous)
            {
                await ExecuteAsync(pair.Primary, "alter system set synchronous_standby_names = '*'");
                await ExecuteAsync(pair.Primary, "select pg_reload_conf()");
                await UntilAsync(pair.Primary, "select exists (select from pg_stat_replication where sync_state = 'sync')");
            }

            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>The standby receives no more changes, as behind a slow network.</summary>
    public async Task CutReplicationAsync()
    {
        await ExecuteAsync(Standby, "alter system set primary_conninfo = ''");
        await ExecuteAsync(Standby, "select pg_reload_conf()");
        await UntilAsync(Standby, "select not exists (select from pg_stat_wal_receiver)");
    }

    /// <summary>The standby receives changes and does not show them.</summary>
    public Task PauseReplayAsync() => ExecuteAsync(Standby, "select pg_wal_replay_pause()");

    public Task ResumeReplayAsync() => ExecuteAsync(Standby, "select pg_wal_replay_resume()");

    public Task LosePrimaryAsync() => Primary.KillServerAsync();

    public Task PromoteAsync() => ExecuteAsync(Standby, "select pg_promote()");

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync();
        await Standby.DisposeAsync();
    }

    /// <summary>Makes the second server a copy of the first that follows it.</summary>
    private async Task CopyAsync()
    {
        var folder = await ScalarAsync<string>(Standby, "select current_setting('data_directory')");
        await Standby.KillServerAsync();
        Directory.Delete(folder, recursive: true);
        var copied = await ProgramRun.RunAsync(
            ServerAccount.Choose(),
            Path.GetDirectoryName(folder)!,
            PostgresPrograms.Find().PathOf("pg_basebackup"),
            ["-D", folder, "-h", HostOf(Primary), "-U", ServerPlace.UserName, "-R", "-X", "stream", "-c", "fast", "--no-sync"],
            default);
        if (copied.ExitCode != 0)
        {
            throw new InvalidOperationException($"pg_basebackup failed: {copied.LastWords}");
        }

        await Standby.RestartAsync();
    }

    private static async Task UntilAsync(TestPostgres server, string sql)
    {
        await using var connection = await OpenAsync(server);
        await using var command = new NpgsqlCommand(sql, connection);
        while (!(bool)(await command.ExecuteScalarAsync())!)
        {
            await Task.Yield();
        }
    }

    private static string StringOf(TestPostgres server) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = Database, Pooling = false }.ConnectionString;

    private static string HostOf(TestPostgres server) => new NpgsqlConnectionStringBuilder(server.ConnectionString).Host!;

    private static async Task<NpgsqlConnection> OpenAsync(TestPostgres server)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres", Pooling = false, Options = Local }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static Task<object> ExecuteAsync(TestPostgres server, string sql) => ScalarAsync<object>(server, sql);

    private static async Task<T> ScalarAsync<T>(TestPostgres server, string sql)
    {
        await using var connection = await OpenAsync(server);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default!;
    }
}
