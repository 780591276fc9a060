using System.Globalization;

namespace Ledger.Log;

/// <summary>The number of events in a stream; an event's own version is its place in the stream, from 1.</summary>
/// <remarks>Equal and ordered as the counts are. The default value is <see cref="Empty"/>.</remarks>
public readonly record struct StreamVersion : IComparable<StreamVersion>
{
    /// <summary>Creates a version from a count of events, zero or more.</summary>
    public StreamVersion(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Value = value;
    }

    /// <summary>The version of a stream with no events.</summary>
    public static StreamVersion Empty => default;

    /// <summary>The count of events.</summary>
    public long Value { get; }

    /// <inheritdoc/>
    public int CompareTo(StreamVersion other) => Value.CompareTo(other.Value);

    /// <summary>Whether the left stream is shorter.</summary>
    public static bool operator <(StreamVersion left, StreamVersion right) => left.Value < right.Value;

    /// <summary>Whether the left stream is longer.</summary>
    public static bool operator >(StreamVersion left, StreamVersion right) => left.Value > right.Value;

    /// <summary>Whether the left stream is not longer.</summary>
    public static bool operator <=(StreamVersion left, StreamVersion right) => left.Value <= right.Value;

    /// <summary>Whether the left stream is not shorter.</summary>
    public static bool operator >=(StreamVersion left, StreamVersion right) => left.Value >= right.Value;

    /// <summary>The count in decimal digits.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
