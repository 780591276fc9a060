using Ledger.Log;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log;

/// <summary>Reading the log where others draw numbers before their transactions, as Marten's Rich mode and bulk insert do.</summary>
public sealed class ForeignWritersTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(3);

    private readonly LedgerDatabase _database = new();
    private readonly QuickTimeProvider _clock = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    [Fact]
    public async Task ReadLog_MissingNumberAmongOurOwn_IsPassedAtOnce()
    {
        await DrawAsync();
        await AppendAsync("a");

        (await ReadAsync(StoreWith(ForeignWriters.None))).ShouldBe([2]);
        _clock.Waited.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task ReadLog_MissingNumberAmongMartens_IsHeldForThreeSeconds()
    {
        await AppendAsync("a");
        await DrawAsync();
        await AppendAsync("a");

        (await ReadAsync(StoreWith(ForeignWriters.Marten))).ShouldBe([1, 3]);
        _clock.Waited.ShouldBeInRange(Hold, Hold + TimeSpan.FromSeconds(0.1));
    }

    [Fact]
    public async Task ReadLog_NumberThatComesLate_IsGivenInItsPlace()
    {
        var late = await DrawAsync();
        await AppendAsync("a");
        var inserted = false;
        _clock.Waiting = waited =>
        {
            if (waited > TimeSpan.FromSeconds(2) && !inserted)
            {
                inserted = true;
                InsertAsync("late", late, "raw").GetAwaiter().GetResult();
            }
        };

        (await ReadAsync(StoreWith(ForeignWriters.Marten))).ShouldBe([1, 2]);
        _clock.Waited.ShouldBeLessThan(Hold);
    }

    [Fact]
    public async Task ReadLog_NumberSeenLongAgo_IsNotWaitedForAgain()
    {
        var store = StoreWith(ForeignWriters.Marten);
        await DrawAsync();
        await ReadAsync(store);
        _clock.Move(Hold);
        await AppendAsync("a");

        (await ReadAsync(store)).ShouldBe([2]);
        _clock.Waited.ShouldBe(Hold);
    }

    [Fact]
    public async Task ReadLog_ManyMissingNumbers_AreWaitedForOnce()
    {
        for (var n = 0; n < 5; n++)
        {
            await DrawAsync();
            await AppendAsync("a");
        }

        (await ReadAsync(StoreWith(ForeignWriters.Marten))).ShouldBe([2, 4, 6, 8, 10]);
        _clock.Waited.ShouldBeLessThan(Hold + TimeSpan.FromSeconds(0.1));
    }

    [Fact]
    public async Task ReadLog_NumbersHandedOutAgainAfterACrash_AreNotOld()
    {
        var store = StoreWith(ForeignWriters.Marten);
        await AppendAsync("a");
        await SetLastDrawnAsync(100);
        await ReadAsync(store);
        _clock.Move(Hold);
        await ReadAsync(store);
        await SetLastDrawnAsync(1);
        await DrawAsync();
        await AppendAsync("a");

        (await ReadAsync(store)).ShouldBe([1, 3]);
        _clock.Waited.ShouldBeGreaterThan(Hold + Hold);
    }

    [Fact]
    public async Task ReadLog_Tombstone_ShowsThatMartenWrites()
    {
        var store = StoreWith(ForeignWriters.None);
        await InsertAsync("mt_tombstone", await DrawAsync(), "tombstone");
        await DrawAsync();
        await AppendAsync("a");

        (await ReadAsync(store)).ShouldBe([1, 3]);
        _clock.Waited.ShouldBeGreaterThanOrEqualTo(Hold);
    }

    [Fact]
    public async Task ReadLog_CancelledWhileItHolds_Stops()
    {
        await DrawAsync();
        await AppendAsync("a");
        using var source = new CancellationTokenSource();
        _clock.Waiting = _ => source.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
            await StoreWith(ForeignWriters.Marten).ReadLogAsync(cancellationToken: source.Token).ToListAsync());
        _clock.Waited.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    private PostgresEventStore StoreWith(ForeignWriters others) =>
        new(_database.DataSource, new PostgresOptions { ForeignWriters = others }, _clock);

    private static async Task<List<long>> ReadAsync(PostgresEventStore store) =>
        await store.ReadLogAsync().Select(e => e.Sequence.Value).ToListAsync();

    private Task<AppendResult> AppendAsync(string stream) =>
        _database.Store.AppendAsync(new StreamName(stream), ExpectedVersion.Any, [new ObjectRemoved("x")]);

    private Task<long> DrawAsync() => _database.ScalarAsync<long>("select nextval('ledger.mt_events_sequence')");

    private Task<long> SetLastDrawnAsync(long number) => _database.ScalarAsync<long>($"select setval('ledger.mt_events_sequence', {number})");

    private async Task InsertAsync(string stream, long number, string type)
    {
        await using var command = _database.DataSource.CreateCommand("""
            with stream as (insert into ledger.mt_streams (id, version, tenant_id) values ($1, 1, '*DEFAULT*') returning id)
            insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived)
            select $2, gen_random_uuid(), id, 1, '{}', $3, now(), '*DEFAULT*', 'Ledger.Events.UntypedEvent, Ledger', false from stream
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = stream });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = type });
        await command.ExecuteNonQueryAsync();
    }
}
