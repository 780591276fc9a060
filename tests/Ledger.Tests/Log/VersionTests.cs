using System.Globalization;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log;

/// <summary>Versions, positions and sequence numbers: three counts that are not each other.</summary>
public sealed class VersionTests
{
    [Fact]
    public void New_Negative_Throws()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new StreamVersion(-1));
        Should.Throw<ArgumentOutOfRangeException>(() => new Position(-1));
        Should.Throw<ArgumentOutOfRangeException>(() => new SequenceNumber(-1));
    }

    [Fact]
    public void Default_IsZero()
    {
        (StreamVersion.Empty.Value, Position.Start.Value, SequenceNumber.Start.Value).ShouldBe((0, 0, 0));
        default(StreamVersion).ShouldBe(new StreamVersion(0));
        default(Position).ShouldBe(new Position(0));
        default(SequenceNumber).ShouldBe(new SequenceNumber(0));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(long.MaxValue, 0)]
    public void Order_IsThatOfTheCounts(long left, long right)
    {
        bool[] expected = [left < right, left > right, left <= right, left >= right, left == right];
        var (v, w) = (new StreamVersion(left), new StreamVersion(right));
        var (p, q) = (new Position(left), new Position(right));
        var (s, t) = (new SequenceNumber(left), new SequenceNumber(right));

        new[] { v < w, v > w, v <= w, v >= w, v == w }.ShouldBe(expected);
        new[] { p < q, p > q, p <= q, p >= q, p == q }.ShouldBe(expected);
        new[] { s < t, s > t, s <= t, s >= t, s == t }.ShouldBe(expected);
        (v.CompareTo(w), p.CompareTo(q), s.CompareTo(t)).ShouldBe((left.CompareTo(right), left.CompareTo(right), left.CompareTo(right)));
    }

    [Fact]
    public void ToString_AnyCulture_GivesDigits()
    {
        var digits = long.MaxValue.ToString(CultureInfo.InvariantCulture);

        $"{new StreamVersion(long.MaxValue)} {new Position(long.MaxValue)} {new SequenceNumber(long.MaxValue)}".ShouldBe($"{digits} {digits} {digits}");
    }
}
