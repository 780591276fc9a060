using System.Globalization;

namespace Ledger;

/// <summary>The number of events before a place in the history of a run or branch; an event's own position is that of the place before it, from 0.</summary>
/// <remarks>Equal and ordered as the counts are. The default value is <see cref="Start"/>. A length is the position of the next event.</remarks>
public readonly record struct Position : IComparable<Position>
{
    /// <summary>Creates a position from a count of events, zero or more.</summary>
    public Position(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Value = value;
    }

    /// <summary>The place before the first event.</summary>
    public static Position Start => default;

    /// <summary>The count of events.</summary>
    public long Value { get; }

    /// <inheritdoc/>
    public int CompareTo(Position other) => Value.CompareTo(other.Value);

    /// <summary>Whether the left place comes first.</summary>
    public static bool operator <(Position left, Position right) => left.Value < right.Value;

    /// <summary>Whether the right place comes first.</summary>
    public static bool operator >(Position left, Position right) => left.Value > right.Value;

    /// <summary>Whether the left place does not come later.</summary>
    public static bool operator <=(Position left, Position right) => left.Value <= right.Value;

    /// <summary>Whether the left place does not come earlier.</summary>
    public static bool operator >=(Position left, Position right) => left.Value >= right.Value;

    /// <summary>The count in decimal digits.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
