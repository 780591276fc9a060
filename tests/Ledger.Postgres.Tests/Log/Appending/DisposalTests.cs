using Ledger.Log;
using Ledger.Postgres.Log.Appending;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log.Appending;

/// <summary>What is under way when the store is disposed gets its answer; what waits is bounded.</summary>
public sealed class DisposalTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1_500, 1)]
    [InlineData(1, 30)]
    public async Task Dispose_AppendsUnderWay_WaitsForTheirAnswers(int events, int streams)
    {
        var store = new PostgresEventStore(database.DataSource);
        await using var held = await HeldStream.CreateAsync(database);
        StreamAppend[] parts = [Part(held.Name, events), .. Enumerable.Range(1, streams - 1).Select(_ => Part(NewStream(), 1))];

        var first = store.AppendAsync(parts);
        await held.WaitForWaitersAsync();
        var behind = Enumerable.Range(0, 100).Select(_ => store.AppendAsync([Part(held.Name, 1)])).ToArray();
        var disposing = store.DisposeAsync().AsTask();

        await Should.ThrowAsync<ObjectDisposedException>(() => store.AppendAsync([Part(NewStream(), 1)]));
        disposing.IsCompleted.ShouldBeFalse();
        await held.DisposeAsync();
        await disposing.WaitAsync(Patience);
        first.IsCompletedSuccessfully.ShouldBeTrue();
        behind.ShouldAllBe(b => b.IsCompletedSuccessfully);
        (await behind[^1])[0].Version.Value.ShouldBe(1 + events + 100);
    }

    [Fact]
    public async Task Dispose_AfterSlowAppend_WaitsForItsAnswer()
    {
        var store = new PostgresEventStore(database.DataSource, new PostgresOptions { AppendLanes = 1 });
        await using var held = await HeldStream.CreateAsync(database);
        var slow = store.AppendAsync([Part(held.Name, 1)]);
        await held.WaitForWaitersAsync();
        await store.AppendAsync([Part(NewStream(), 1)]);    // after the lane's try, which has given up
        var disposing = store.DisposeAsync().AsTask();

        await held.DisposeAsync();
        await disposing.WaitAsync(Patience);

        slow.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Dispose_Twice_IsOnce()
    {
        var store = new PostgresEventStore(database.DataSource);
        await store.AppendAsync([Part(NewStream(), 1)]);

        await store.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Lane_MoreCallsThanRoom_QueueIsBoundedAndAllAreWritten()
    {
        const int most = 10_000;
        var sender = new AppendSender(database.DataSource, new PostgresOptions(), TimeProvider.System);
        using var separately = new SeparateAppends(sender, () => { });
        using var large = new LargeAppends(sender, separately, () => { }, places: 0);
        using var lane = new AppendLane(sender, separately, large, new CallsUnderWay(), () => { });
        using var cancellation = new CancellationTokenSource();
        await using var held = await HeldStream.CreateAsync(database);
        var stream = NewStream();

        var head = AppendAsync(lane, Request(held.Name), CancellationToken.None);
        await held.WaitForWaitersAsync();
        var appends = Enumerable.Range(0, most + 500).Select(_ => AppendAsync(lane, Request(stream), CancellationToken.None)).ToArray();
        var cancelled = AppendAsync(lane, Request(stream), cancellation.Token);

        lane.Waiting.ShouldBeLessThanOrEqualTo(most);
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => cancelled);
        await held.DisposeAsync();
        await head;
        await Task.WhenAll(appends).WaitAsync(Patience);
        (await database.Store.GetStreamAsync(stream))!.Version.Value.ShouldBe(most + 500);
    }

    private static async Task<IReadOnlyList<AppendResult>> AppendAsync(AppendLane lane, AppendRequest request, CancellationToken cancellationToken)
    {
        if (lane.TryAppendAsync(request, cancellationToken) is { } answer)
        {
            return await answer;
        }

        await lane.WaitForRoomAsync(cancellationToken);
        return await lane.GatherAsync(request, 0, cancellationToken);
    }

    private static StreamName NewStream() => new("disposed-" + Guid.NewGuid().ToString("N"));

    private static StreamAppend Part(StreamName stream, int events) =>
        new(stream, ExpectedVersion.Any, [.. Enumerable.Range(0, events).Select(_ => new NewEvent(new KitLoaded("kit")))]);

    private static AppendRequest Request(StreamName stream) => AppendRequest.Create([Part(stream, 1)], EventRegistry.Default);
}
