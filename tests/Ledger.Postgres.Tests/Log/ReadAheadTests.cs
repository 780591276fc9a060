using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Postgres.Log;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log;

/// <summary>Reads that are long enough to run ahead of who takes the events.</summary>
public sealed class ReadAheadTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private const int Length = 14_000;

    [Fact]
    public async Task Read_LongStream_GivesEveryEventInOrder()
    {
        var stream = await WriteAsync();

        var versions = await database.Store.ReadForwardAsync(stream, to: new StreamVersion(Length - 1))
            .Select(e => e.Version.Value).ToListAsync();
        var logged = await database.Store.ReadLogAsync().Where(e => e.Stream == stream).Select(e => e.Version.Value).ToListAsync();

        versions.ShouldBe(Enumerable.Range(1, Length - 1).Select(n => (long)n));
        logged.ShouldBe(Enumerable.Range(1, Length).Select(n => (long)n));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2_000)]
    [InlineData(9_000)]
    [InlineData(13_000)]
    public async Task Read_TakerStops_GivesTheConnectionsBack(int taken)
    {
        var stream = await WriteAsync();
        await using var two = NpgsqlDataSource.Create(database.ConnectionString + ";Maximum Pool Size=2;Timeout=60");
        await using var store = new PostgresEventStore(two);
        for (var i = 0; i < 5; i++)
        {
            (await store.ReadForwardAsync(stream).Take(taken).CountAsync()).ShouldBe(taken);
        }

        (await store.ReadForwardAsync(stream).CountAsync()).ShouldBe(Length);
    }

    [Fact]
    public async Task Read_CancelledBehindTheFirstPage_Throws()
    {
        var stream = await WriteAsync();
        using var cancellation = new CancellationTokenSource();
        var count = 0;

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in database.Store.ReadForwardAsync(stream, cancellationToken: cancellation.Token))
            {
                if (++count == 3_000)
                {
                    await cancellation.CancelAsync();
                }
            }
        });

        count.ShouldBe(3_000);
    }

    [Fact]
    public async Task Read_OnConnectionOfCaller_LeavesItFreeBetweenEvents()
    {
        var stream = await WriteAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var store = database.Store.On(connection);
        var count = 0;
        await foreach (var recorded in store.ReadForwardAsync(stream))
        {
            if (++count % 1_000 == 0)
            {
                (await store.GetStreamAsync(recorded.Stream))!.Version.Value.ShouldBe(Length);
            }
        }

        count.ShouldBe(Length);
    }

    [Fact]
    public async Task Take_PageFails_GivesWhatCameAndThenTheFault()
    {
        var one = await database.Store.ReadForwardAsync(await WriteAsync()).FirstAsync();
        var ahead = ReadAhead.Start(FailAfterAsync, 0, 1_000, CancellationToken.None);

        (await ahead.TakeAsync(CancellationToken.None))!.Count.ShouldBe(250);
        (await Should.ThrowAsync<TimeoutException>(async () => await ahead.TakeAsync(CancellationToken.None))).Message.ShouldBe("too late");
        await ahead.EndAsync();
        ahead.ReadAndHalfTaken.ShouldBeNull();

        Task<PageRead> FailAfterAsync(long next, int rows, Action<RecordedEvent> add, CancellationToken cancellationToken)
        {
            for (var i = 0; i < 300; i++)
            {
                add(one);
            }

            throw new TimeoutException("too late");
        }
    }

    private async Task<StreamName> WriteAsync()
    {
        var stream = StreamName.Run(Guid.NewGuid().ToString());
        var note = new ObjectCreated("note", "Note", new JsonObject { ["text"] = "One of many." });
        var events = new NewEvent[Length];
        for (var i = 0; i < Length; i++)
        {
            events[i] = new NewEvent(note);
        }

        await database.Store.AppendAsync(stream, ExpectedVersion.NoStream, events);
        return stream;
    }
}
