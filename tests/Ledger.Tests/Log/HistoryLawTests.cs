using FsCheck;
using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log;

/// <summary>The arithmetic of histories, for every chain of forks.</summary>
public sealed class HistoryLawTests
{
    // A chain of forks: how far beyond the fork each history goes, and where it is forked in turn.
    private static readonly Arbitrary<(int Own, int At)[]> Chains = Law.ArraysOf(
        from own in Gen.Choose(0, 5)
        from at in Gen.Choose(0, 1_000)
        select (own, at),
        upTo: 12);

    [Fact]
    public void Locate_EveryPosition_IsWhereTheEventIs() =>
        Law.Holds(Chains, chain =>
        {
            var (history, events) = Grow(chain);
            for (var position = 0; position < events.Count; position++)
            {
                history.Locate(new Position(position)).ShouldBe(events[position]);
            }
        });

    [Fact]
    public void PositionOf_EveryEvent_IsTheInverse() =>
        Law.Holds(Chains, chain =>
        {
            var (history, events) = Grow(chain);
            for (var position = 0; position < events.Count; position++)
            {
                history.PositionOf(events[position].Stream, events[position].Version).ShouldBe(new Position(position));
            }

            history.PositionOf(StreamName.Run("stranger"), new StreamVersion(1)).ShouldBeNull();
            history.PositionOf(history.Stream, StreamVersion.Empty).ShouldBeNull();
            foreach (var segment in history.Lineage)
            {
                history.PositionOf(new StreamName(segment.Stream), new StreamVersion(segment.Taken + 1)).ShouldBeNull();
            }
        });

    [Fact]
    public void Fork_EveryPosition_TakesThatManyEvents() =>
        Law.Holds(Chains, chain =>
        {
            var (history, events) = Grow(chain);
            for (var at = 0; at <= events.Count; at++)
            {
                var lineage = history.Fork(new Position(at));

                lineage.Sum(s => s.Taken).ShouldBe(at);
                lineage.ShouldAllBe(s => s.Taken > 0);
                lineage.Select(s => s.Stream).ShouldBeUnique();
                lineage.SelectMany(s => Enumerable.Range(1, (int)s.Taken).Select(v => (new StreamName(s.Stream), new StreamVersion(v))))
                    .ShouldBe(events.Take(at));
            }
        });

    [Fact]
    public void LengthAt_OwnVersion_AddsThePrefix() =>
        Law.Holds(Chains, chain =>
        {
            var (history, events) = Grow(chain);
            var own = events.Count(e => e.Stream == history.Stream);

            history.PrefixLength.Value.ShouldBe(events.Count - own);
            history.LengthAt(new StreamVersion(own)).Value.ShouldBe(events.Count);
        });

    private static (History History, List<(StreamName Stream, StreamVersion Version)> Events) Grow((int Own, int At)[] chain)
    {
        var root = StreamName.Run("root");
        var history = History.OfRun(root);
        var events = Own(root, 3);
        for (var i = 0; i < chain.Length; i++)
        {
            var at = chain[i].At % (events.Count + 1);
            history = new History(StreamName.Branch($"{i}"), root, history.Fork(new Position(at)));
            events = [.. events.Take(at), .. Own(history.Stream, chain[i].Own + 1)];
        }

        return (history, events);
    }

    private static List<(StreamName Stream, StreamVersion Version)> Own(StreamName stream, int count) =>
        [.. Enumerable.Range(1, count).Select(v => (stream, new StreamVersion(v)))];
}
