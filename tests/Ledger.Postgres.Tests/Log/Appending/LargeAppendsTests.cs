using Ledger.Log;
using Ledger.Postgres.Log.Appending;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log.Appending;

/// <summary>Large requests of few callers share no lane, and order is kept all the same.</summary>
public sealed class LargeAppendsTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Append_FewLargeRequests_AreSentSideBySide()
    {
        var (sender, calls) = (new AppendSender(database.DataSource, new PostgresOptions { LongestBatchSeconds = 30 }, TimeProvider.System), new CallsUnderWay());
        using var separately = new SeparateAppends(sender, () => { });
        using var large = new LargeAppends(sender, separately, () => { }, places: 3);
        using var lane = new AppendLane(sender, separately, large, calls, () => { });
        var held = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => HeldStream.CreateAsync(database)));

        var blocked = held.Select(h => lane.TryAppendAsync(Request(h.Name, 100), CancellationToken.None)!).ToArray();

        // Three have a place each; the lane has the others and goes on with them.
        lane.Count.ShouldBeInRange(1, 2);
        (large.EndOf(Request(held[2].Name, 1)) is null).ShouldBeFalse();
        (large.EndOf(Request(held[3].Name, 1)) is null).ShouldBeTrue();
        await Task.WhenAll(held.Select(h => h.DisposeAsync().AsTask()));
        (await Task.WhenAll(blocked).WaitAsync(Patience)).ShouldAllBe(r => r[0].Version.Value == 101);
        (large.EndOf(Request(held[2].Name, 1)) is null).ShouldBeTrue();
    }

    [Fact]
    public async Task Append_LargeAndSmallOfOneStream_KeepTheOrderOfTheCalls()
    {
        await using var store = new PostgresEventStore(database.DataSource);
        var streams = Enumerable.Range(0, 6).Select(_ => NewStream()).ToArray();
        var random = new Random(11);

        var appends = new List<Task>();
        var expected = streams.ToDictionary(s => s, _ => new List<string>());
        for (var i = 0; i < 600; i++)
        {
            var kit = $"{i}";
            var targets = random.GetItems(streams, i % 9 == 0 ? 2 : 1).Distinct().ToArray();
            var events = i % 5 == 0 ? 50 : i % 97 == 0 ? 1_001 : 1;
            appends.Add(store.AppendAsync([.. targets.Select(s => new StreamAppend(s, ExpectedVersion.Any, Kits(kit, events)))]));
            Array.ForEach(targets, s => expected[s].AddRange(Enumerable.Repeat(kit, events)));
        }

        await Task.WhenAll(appends).WaitAsync(TimeSpan.FromMinutes(2));
        foreach (var stream in streams)
        {
            (await store.ReadForwardAsync(stream).Select(e => ((KitLoaded)e.Data).Kit!).ToListAsync()).ShouldBe(expected[stream]);
        }
    }

    [Fact]
    public async Task Append_LargeThatFindsItsStreamLocked_LetsLaterOnesOfTheStreamWait()
    {
        await using var store = new PostgresEventStore(database.DataSource, new PostgresOptions { AppendLanes = 1 });
        await using var held = await HeldStream.CreateAsync(database);

        var large = store.AppendAsync(held.Name, ExpectedVersion.Any, Kits("large", 60));
        await held.WaitForWaitersAsync();
        var later = store.AppendAsync(held.Name, ExpectedVersion.Any, Kits("later", 1));
        await store.AppendAsync(NewStream(), ExpectedVersion.Any, Kits("elsewhere", 1)).WaitAsync(Patience);

        (large.IsCompleted, later.IsCompleted).ShouldBe((false, false));
        await held.DisposeAsync();
        (await large.WaitAsync(Patience)).Version.Value.ShouldBe(61);
        (await later.WaitAsync(Patience)).Version.Value.ShouldBe(62);
    }

    [Fact]
    public async Task Append_LargeWithWrongVersion_IsRefusedAndThePlaceIsFreeAgain()
    {
        await using var store = new PostgresEventStore(database.DataSource);
        var stream = NewStream();
        for (var i = 0; i < 6; i++)
        {
            await Should.ThrowAsync<WrongExpectedVersionException>(
                () => store.AppendAsync(stream, ExpectedVersion.Exactly(new StreamVersion(7)), Kits("large", 100)));
        }

        (await store.AppendAsync(stream, ExpectedVersion.NoStream, Kits("large", 100))).Version.Value.ShouldBe(100);
    }

    [Theory]
    [InlineData(100, 2, 4)]
    [InlineData(100, 64, 0)]
    [InlineData(20, 2, 3)]
    [InlineData(10, 2, 0)]
    [InlineData(1, 1, 0)]
    public async Task Places_LeaveMostOfThePoolAlone(int poolSize, int lanes, int places)
    {
        await using var pool = NpgsqlDataSource.Create($"Host=nowhere;Maximum Pool Size={poolSize}");

        LargeAppends.PlacesOf(pool, new PostgresOptions { AppendLanes = lanes }).ShouldBe(places);
    }

    private static StreamName NewStream() => new("large-" + Guid.NewGuid().ToString("N"));

    private static AppendRequest Request(StreamName stream, int events) =>
        AppendRequest.Create([new StreamAppend(stream, ExpectedVersion.Any, Kits("large", events))], EventRegistry.Default);

    private static NewEvent[] Kits(string kit, int count) => [.. Enumerable.Range(0, count).Select(_ => new NewEvent(new KitLoaded(kit)))];
}
