using Ledger.Postgres.Projections.Daemon;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>A node counts the connections that it holds against its pool, before it starves every append.</summary>
public sealed class ConnectionNeedsTests
{
    [Fact]
    public async Task Make_PoolThatTheNodeWouldUseUp_IsRefusedWithBothNumbers()
    {
        await using var bench = await DaemonBench.CreateAsync([DaemonBench.Kits]);
        await using var pool = Pool(bench, 3);

        Should.Throw<PostgresOptionsException>(() => new ProjectionDaemon(pool, bench.Options)).Faults.ShouldBe([
            "The daemon needs 3 connections and one that it leaves for appends, but 'Maximum Pool Size' of its data source is 3. "
            + "Raise it to 4 or more, lower MaxConnections, or give the daemon its own pool by DaemonOptions.ConnectionString."]);

        // Without anything to run it takes no connection; with its own pool it may have all.
        await using var idle = new ProjectionDaemon(pool);
        await using var alone = new ProjectionDaemon(pool, bench.Options, new DaemonOptions { ConnectionString = pool.ConnectionString });
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public async Task Start_PoolThatLeavesFewConnections_SaysSo(int poolSize, bool warns)
    {
        await using var bench = await DaemonBench.CreateAsync([DaemonBench.Kits]);
        await using var pool = Pool(bench, poolSize);
        var said = new Warnings();

        await using (var node = new ProjectionDaemon(pool, bench.Options, new DaemonOptions { NodeName = "small" }, said))
        {
            await node.StartAsync();
        }

        said.Messages.ShouldBe(!warns ? [] : [
            $"Node small needs 3 connections, and its pool has {poolSize}: what is left is less than the 3 that appends use, so they will wait for each other. "
            + "Raise 'Maximum Pool Size', lower DaemonOptions.MaxConnections, or give the daemon its own pool by DaemonOptions.ConnectionString."]);
    }

    [Theory]
    [InlineData(0, 4, false, 3)]
    [InlineData(2, 4, false, 4)]
    [InlineData(9, 4, false, 6)]
    [InlineData(9, 4, true, 7)]
    public void Count_ShardsAndSnapshots_AreTheConnectionsHeldAtATime(int shards, int most, bool snapshots, int count) =>
        new ConnectionNeeds(shards, new DaemonOptions { MaxConnections = most, WorldSnapshotEvery = snapshots ? 100 : null }, new PostgresOptions())
            .Count.ShouldBe(count);

    [Fact]
    public void FaultWith_NoPool_HasNone() => new ConnectionNeeds(9, new DaemonOptions(), new PostgresOptions()).FaultWith(null).ShouldBeNull();

    private static NpgsqlDataSource Pool(DaemonBench bench, int size) =>
        NpgsqlDataSource.Create($"{bench.Database.ConnectionString};Maximum Pool Size={size}");

    private sealed class Warnings : ILogger<ProjectionDaemon>
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 150)
            {
                Messages.Add(formatter(state, exception));
            }
        }
    }
}
