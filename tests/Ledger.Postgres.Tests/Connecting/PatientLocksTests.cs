using Ledger.Log;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Postgres.Tests.Roles;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>What locks or changes several tables of a log, while others write to them.</summary>
public sealed class PatientLocksTests
{
    private static readonly Migration Later = new(
        Migration.All.Count + 1, "later", "alter table {events}.mt_events add column later int; alter table {events}.mt_streams add column later int;");

    [Theory]
    [InlineData("roles", "log.mt_streams", "log.mt_events")]
    [InlineData("quota", "log.mt_events", "log.mt_streams")]
    [InlineData("migration", "log.mt_streams", "log.mt_events")]
    [InlineData("index", "log.mt_events", "log.mt_streams")]
    public async Task Change_BesideAWriterThatTakesTheTablesInAnotherOrder_MakesNeitherTheVictim_AndOthersGoOn(string change, string held, string wanted)
    {
        await using var roles = await RoleDatabase.WithoutRolesAsync();
        var database = roles.Database;
        await using var store = new PostgresEventStore(database.DataSource, database.Options);
        await using var writer = await database.DataSource.OpenConnectionAsync();

        // On a busy machine the change may have come to its longer waits, and the writer has to outlast one of those.
        await ExecuteAsync(writer, "set deadlock_timeout = '20s'");
        Task changing;
        await using (var transaction = await writer.BeginTransactionAsync())
        {
            await WriteAsync(writer, held);
            changing = ChangeAsync();
            while (!changing.IsCompleted && !await IsWaitedForAsync(database.DataSource, held))
            {
            }

            await store.AppendAsync(StreamName.Run("other"), ExpectedVersion.NoStream, [new KitLoaded("x")]).WaitAsync(TimeSpan.FromMinutes(2));
            await WriteAsync(writer, wanted);
            await transaction.CommitAsync();
        }

        await changing;

        Task ChangeAsync() => change switch
        {
            "roles" => roles.Roles.CreateAsync(),
            "quota" => new LogQuotas(database.DataSource, database.Options).SetAsync(new LogQuota { Events = 10 }),
            "index" => store.IndexEventsAsync(),
            _ => database.MigratorOf([.. Migration.All, Later]).ApplyAsync(),
        };
    }

    // After that time a server looks for cycles, and ends the transaction that looks.
    [Fact]
    public void WaitAfter_FirstSeconds_IsShorterThanTheTimeUntilServersLookForCycles() =>
        PatientLocks.WaitAfter(TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan).ShouldBeLessThan(TimeSpan.FromSeconds(1));

    [Fact]
    public async Task Run_LocksThatOthersKeep_ThrowsTheRefusalOfTheServer_AndNothingIsDone()
    {
        await using var roles = await RoleDatabase.WithoutRolesAsync();
        var source = roles.Database.DataSource;
        await using var writer = await source.OpenConnectionAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await WriteAsync(writer, "log.mt_events");
        await using var connection = await source.OpenConnectionAsync();

        var refused = await Should.ThrowAsync<PostgresException>(() => PatientLocks.RunAsync(connection, TimeSpan.FromSeconds(1), null, TryAsync, default));

        refused.SqlState.ShouldBe(PostgresErrorCodes.LockNotAvailable);
        (await roles.Database.AskAsync<bool>("select to_regclass('log.tried') is null")).ShouldBeTrue();

        async Task<bool> TryAsync(CancellationToken cancellationToken)
        {
            await ExecuteAsync(connection, "create table log.tried ()");
            await ExecuteAsync(connection, "lock table log.mt_events in share row exclusive mode");
            return true;
        }
    }

    [Fact]
    public async Task Run_RoleHasALimitForLocks_WaitsForTheFirstWithoutOne()
    {
        await using var roles = await RoleDatabase.WithoutRolesAsync();
        var source = roles.Database.DataSource;
        await using var other = await source.OpenConnectionAsync();
        await ExecuteAsync(other, "select pg_advisory_lock(7)");
        await using var connection = await source.OpenConnectionAsync();
        await ExecuteAsync(connection, "set lock_timeout = '1ms'");

        var running = PatientLocks.RunAsync(
            connection, PatientLocks.Patience, _ => ExecuteAsync(connection, "select pg_advisory_xact_lock(7)"), _ => Task.FromResult(true), default);
        while (!await roles.Database.AskAsync<bool>($"select {other.ProcessID} = any (pg_blocking_pids({connection.ProcessID}))"))
        {
            running.IsCompleted.ShouldBeFalse();
        }

        await ExecuteAsync(other, "select pg_advisory_unlock(7)");
        (await running).ShouldBeTrue();
    }

    private static Task WriteAsync(NpgsqlConnection writer, string table) => ExecuteAsync(writer, $"lock table {table} in row exclusive mode");

    private static async Task<bool> IsWaitedForAsync(NpgsqlDataSource source, string table)
    {
        // Databases that were copied from one have tables of the same number.
        await using var command = source.CreateCommand($"""
            select exists (
                select
                from pg_locks as l
                join pg_database as d on d.oid = l.database and d.datname = current_database()
                where l.relation = '{table}'::regclass and not l.granted)
            """);
        return await command.ExecuteScalarAsync() is true;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
