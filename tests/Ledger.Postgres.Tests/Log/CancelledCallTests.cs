using System.Diagnostics;
using Ledger.Log;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log;

/// <summary>A call that waits for the server stops soon after it is cancelled, and leaves the store as good as before.</summary>
public sealed class CancelledCallTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    // Long enough for a busy machine. A call that waits for the lock all the same fails before, and otherwise: a statement may take 30 seconds.
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Append_WaitsForARowLock_Stops()
    {
        var stream = await StreamAsync("locked-1");
        await using var holder = await LockAsync(stream);
        using var source = new CancellationTokenSource();

        var append = database.Store.AppendAsync(stream, ExpectedVersion.Any, [new ObjectRemoved("x")], source.Token);
        await WaitForAWaiterAsync();
        await StopsSoonAsync(append, source);
    }

    [Fact]
    public async Task Append_WaitsForARowLockInACallersTransaction_StopsAndLeavesNothing()
    {
        var stream = await StreamAsync("locked-2");
        await using (await LockAsync(stream))
        {
            using var source = new CancellationTokenSource();
            await using var connection = await database.DataSource.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();

            var append = database.Store.On(transaction).AppendAsync(stream, ExpectedVersion.Any, [new ObjectRemoved("x")], source.Token);
            await WaitForAWaiterAsync();
            await StopsSoonAsync(append, source);
        }

        (await database.Store.GetStreamAsync(stream)).ShouldNotBeNull().Version.ShouldBe(new StreamVersion(1));
    }

    [Fact]
    public async Task Archive_WaitsForARowLock_Stops()
    {
        var stream = await StreamAsync("locked-3");
        await using var holder = await LockAsync(stream);
        using var source = new CancellationTokenSource();

        var archive = database.Store.ArchiveAsync(stream, source.Token);
        await WaitForAWaiterAsync();
        await StopsSoonAsync(archive, source);
    }

    [Fact]
    public async Task ReadLog_WaitsForARunningTransaction_Stops()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var draw = new NpgsqlCommand("select nextval('ledger.mt_events_sequence')", connection, transaction))
        {
            await draw.ExecuteScalarAsync();
        }

        await StreamAsync("behind-1");
        var clock = new QuickTimeProvider();
        using var source = new CancellationTokenSource();
        clock.Waiting = _ => source.Cancel();
        var store = new PostgresEventStore(database.DataSource, timeProvider: clock);

        await Should.ThrowAsync<OperationCanceledException>(async () => await store.ReadLogAsync(cancellationToken: source.Token).ToListAsync());
        clock.Waited.ShouldBeLessThan(TimeSpan.FromSeconds(0.1));
    }

    private async Task<StreamName> StreamAsync(string name)
    {
        var stream = new StreamName(name);
        await database.Store.AppendAsync(stream, ExpectedVersion.Any, [new ObjectRemoved("x")]);
        return stream;
    }

    private async Task<NpgsqlConnection> LockAsync(StreamName stream)
    {
        var connection = await database.DataSource.OpenConnectionAsync();
        // Ends with its connection.
        await using var command = new NpgsqlCommand("begin; select 1 from ledger.mt_streams where id = @id for update", connection);
        command.Parameters.AddWithValue("id", stream.Value);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private async Task WaitForAWaiterAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (await database.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == 0)
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Soon, "The caller must not wait for the lock.");
        }
    }

    private static async Task StopsSoonAsync(Task call, CancellationTokenSource source)
    {
        var started = Stopwatch.GetTimestamp();
        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => call);
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Soon);
    }
}
