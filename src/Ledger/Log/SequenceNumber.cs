using System.Globalization;

namespace Ledger.Log;

/// <summary>An event's place in the whole log, over all streams, from 1; numbers rise, with gaps.</summary>
/// <remarks>Equal and ordered as the numbers are. The default value is <see cref="Start"/>.</remarks>
public readonly record struct SequenceNumber : IComparable<SequenceNumber>
{
    /// <summary>Creates a sequence number, zero or more.</summary>
    public SequenceNumber(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Value = value;
    }

    /// <summary>The place before the first event.</summary>
    public static SequenceNumber Start => default;

    /// <summary>The number.</summary>
    public long Value { get; }

    /// <inheritdoc/>
    public int CompareTo(SequenceNumber other) => Value.CompareTo(other.Value);

    /// <summary>Whether the left place comes first.</summary>
    public static bool operator <(SequenceNumber left, SequenceNumber right) => left.Value < right.Value;

    /// <summary>Whether the right place comes first.</summary>
    public static bool operator >(SequenceNumber left, SequenceNumber right) => left.Value > right.Value;

    /// <summary>Whether the left place does not come later.</summary>
    public static bool operator <=(SequenceNumber left, SequenceNumber right) => left.Value <= right.Value;

    /// <summary>Whether the left place does not come earlier.</summary>
    public static bool operator >=(SequenceNumber left, SequenceNumber right) => left.Value >= right.Value;

    /// <summary>The number in decimal digits.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
