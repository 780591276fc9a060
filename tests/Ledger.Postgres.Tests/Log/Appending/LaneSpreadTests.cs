using Ledger.Log;
using Ledger.Postgres.Log.Appending;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log.Appending;

/// <summary>Streams move between lanes with the load, and their order moves with them.</summary>
public sealed class LaneSpreadTests : IClassFixture<LedgerDatabase>, IDisposable
{
    private const int LaneCount = 4;

    private readonly LedgerDatabase _database;
    private readonly SeparateAppends _separately;
    private readonly LargeAppends _large;
    private readonly AppendLane[] _lanes;
    private readonly LaneSpread _spread;
    private readonly CallsUnderWay _calls = new();

    public LaneSpreadTests(LedgerDatabase database)
    {
        _database = database;
        var sender = new AppendSender(database.DataSource, new PostgresOptions(), TimeProvider.System);
        _separately = new SeparateAppends(sender, () => { });
        _large = new LargeAppends(sender, _separately, () => { }, places: 4);
        _lanes = [.. Enumerable.Range(0, LaneCount).Select(_ => new AppendLane(sender, _separately, _large, _calls, () => _spread!.Balance()))];
        _spread = new LaneSpread(_lanes, _calls);
    }

    public void Dispose()
    {
        Array.ForEach(_lanes, l => l.Dispose());
        _separately.Dispose();
        _large.Dispose();
        _spread.Dispose();
    }

    [Fact]
    public async Task Append_ManyCallersThenOne_UsesAllLanesThenOne()
    {
        var streams = Enumerable.Range(0, 64).Select(_ => NewStream()).ToArray();
        LanesOf(streams).ShouldBe(1);

        await Task.WhenAll(streams.Select(s => CallInTurnAsync(s, () => LanesOf(streams) == LaneCount)));
        LanesOf(streams).ShouldBe(LaneCount);

        await CallInTurnAsync(streams[0], () => LanesOf(streams) == 1);
        LanesOf(streams).ShouldBe(1);
    }

    [Theory]
    [InlineData(LaneSpread.ManyApart, LaneCount)]
    [InlineData(LaneSpread.ManyTogether, 1)]
    public async Task Balance_64Requests_UsesAllLanesIfThatIsMany(int many, int lanes)
    {
        using var spread = new LaneSpread(_lanes, _calls, many);
        var requests = Enumerable.Range(0, 64).Select(_ => Request(NewStream(), "")).ToArray();
        var waiting = Array.ConvertAll(requests, _ => PendingAppend.Barrier());
        Array.ForEach(waiting, _lanes[0].Enqueue);

        for (var i = 0; i < 10_000 && LanesOf(spread, requests) == 1; i++)
        {
            spread.Balance();
            await Task.Yield();
        }

        // What was decided is done by another thread, when it has its turn.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (LanesOf(spread, requests) != lanes)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Array.ForEach(waiting, w => w.Release());
        _calls.Close();
        await _calls.Ended;
        LanesOf(spread, requests).ShouldBe(lanes);
    }

    [Fact]
    public async Task Append_StreamsMoveToAndFro_KeepsTheOrderOfTheCalls()
    {
        var streams = Enumerable.Range(0, 20).Select(_ => NewStream()).ToArray();
        var (appends, moves) = (new List<Task>(), new List<Task>());
        for (var i = 0; i < 2_000; i++)
        {
            appends.Add(AppendAsync(streams[i % streams.Length], $"{i}", events: i % 70 == 0 ? LargeAppends.FewestEvents : 1));
            if (i % 50 == 0)
            {
                moves.Add(_spread.MoveAsync(i % 100 == 0 ? LaneCount : 1));
            }
        }

        await Task.WhenAll([.. appends, .. moves]);
        for (var s = 0; s < streams.Length; s++)
        {
            var kits = await _database.Store.ReadForwardAsync(streams[s]).Select(e => ((KitLoaded)e.Data).Kit).ToListAsync();
            kits.Distinct().ShouldBe(Enumerable.Range(0, 2_000).Where(i => i % streams.Length == s).Select(i => $"{i}"));
        }
    }

    private static StreamName NewStream() => new("spread-" + Guid.NewGuid().ToString("N"));

    private static AppendRequest Request(StreamName stream, string kit, int events = 1) => AppendRequest.Create(
        [new StreamAppend(stream, ExpectedVersion.Any, [.. Enumerable.Range(0, events).Select(_ => new NewEvent(new KitLoaded(kit)))])],
        EventRegistry.Default);

    private int LanesOf(StreamName[] streams) => LanesOf(_spread, streams.Select(s => Request(s, "")));

    private static int LanesOf(LaneSpread spread, IEnumerable<AppendRequest> requests) => requests.Select(spread.LaneOf).Distinct().Count();

    private async Task CallInTurnAsync(StreamName stream, Func<bool> isEnough)
    {
        for (var i = 0; i < 5_000 && !isEnough(); i++)
        {
            await AppendAsync(stream, $"{i}");
        }
    }

    private Task<IReadOnlyList<AppendResult>> AppendAsync(StreamName stream, string kit, int events = 1)
    {
        var request = Request(stream, kit, events);
        using var _ = _spread.Keep();
        return _spread.LaneOf(request)!.TryAppendAsync(request, CancellationToken.None)!;
    }
}
