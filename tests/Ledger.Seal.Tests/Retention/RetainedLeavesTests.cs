using System.Text;
using Ledger.Seal.Auditing;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Retention;

/// <summary>What the events of retention say about leaves.</summary>
public sealed class RetainedLeavesTests
{
    [Fact]
    public void Take_RangesThatOverlapOrWereRestored_CountsEachLeafOnce()
    {
        var leaves = new RetainedLeaves(
        [
            Event(1, "removed", "a", "[[1, 100]]"),
            Event(2, "removed", "b", "[[5, 6], [90, 110]]"),
            Event(3, "removed", "c", "[[200, 201]]"),
            Event(4, "restored", "c", "null"),
            new SaidEvent(5, Guid.NewGuid(), "retention.removed", "{"u8.ToArray()),
            Event(6, "removed", "d", "[[300, 300]]"),
        ]);
        leaves.Has(0).ShouldBeFalse();
        leaves.Has(111).ShouldBeFalse();
        leaves.Has(200).ShouldBeFalse("It was restored, and what is gone then was not removed by retention.");
        foreach (var leaf in new long[] { 1, 5, 50, 100, 101, 110 })
        {
            leaves.Take(leaf).ShouldBeTrue();
        }

        leaves.Take(300).ShouldBeTrue();
        leaves.Counted().Select(r => (r.Stream, r.Events)).ShouldBe([("a", 4), ("b", 2), ("d", 1)]);
    }

    private static SaidEvent Event(long sequence, string what, string stream, string leaves) => new(
        sequence, Guid.NewGuid(), $"retention.{what}", Encoding.UTF8.GetBytes($$"""{"retention": 1, "stream": "{{stream}}", "leaves": {{leaves}}}"""));
}
