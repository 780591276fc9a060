using Ledger.Log;
using Ledger.Postgres.Tests.Projections.Daemon;
using Ledger.Projections;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Subscriptions;

/// <summary>A reader that follows the log gets every event once, in order, whatever the transactions do.</summary>
public sealed class SubscribeTests
{
    [Fact]
    public async Task Subscribe_TransactionsOverlap_GivesEveryEventOnceInOrder()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => new PausingWriter(bench.Database, bench.Store, n).WriteAsync(over.Token))));
        using var stop = new CancellationTokenSource();
        var read = new List<long>();
        var reading = Task.Run(async () =>
        {
            await foreach (var recorded in bench.Store.SubscribeAsync(cancellationToken: stop.Token))
            {
                read.Add(recorded.Sequence.Value);
            }
        });

        await writing;
        await bench.Store.AppendAsync(new StreamName("end"), ExpectedVersion.Any, [new KitLoaded("end")]);
        var all = await bench.Store.ReadLogAsync().Select(e => e.Sequence.Value).ToListAsync();
        using var patience = new CancellationTokenSource(DaemonBench.Patience);
        await foreach (var recorded in bench.Store.SubscribeAsync(start: SubscriptionStart.After(new SequenceNumber(all[^1] - 1)), cancellationToken: patience.Token))
        {
            break;
        }

        while (read.Count < all.Count && !patience.IsCancellationRequested)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => reading);
        read.ShouldBe(all);
    }

    [Fact]
    public async Task Subscribe_ConnectionIsCut_GoesOnWhereItWas()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await using var pool = NpgsqlDataSource.Create(bench.Database.ConnectionString + ";Application Name=follower");
        await using var store = new Postgres.PostgresEventStore(pool);
        var stream = StreamName.Run("a");
        await bench.Store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("1"), new ToolCalled("no"), new KitLoaded("2")]);
        using var patience = new CancellationTokenSource(DaemonBench.Patience);
        var read = new List<string>();
        await foreach (var recorded in store.SubscribeAsync(new EventFilter { Types = ["kit.loaded"] }, cancellationToken: patience.Token))
        {
            read.Add(((KitLoaded)recorded.Data).Kit!);
            if (read.Count == 4)
            {
                break;
            }

            if (read.Count == 2)
            {
                await bench.Database.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'follower'");
                await bench.Store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("3"), new KitLoaded("4")]);
            }
        }

        read.ShouldBe(["1", "2", "3", "4"]);
    }
}
