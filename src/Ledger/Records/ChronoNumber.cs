using System.Globalization;
using System.Numerics;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>A number with its spelling in the chain, where the integer <c>1</c> and the fraction <c>1.0</c> are different values.</summary>
/// <remarks>
/// Equal exactly if the spellings are, so <c>1</c> is not equal to <c>1.0</c>. The default value is the integer <c>0</c>. An integer
/// can have any size; a fraction is a double, written with the fewest digits that parse back to it.
/// </remarks>
public readonly struct ChronoNumber : IEquatable<ChronoNumber>
{
    private readonly string? _text;

    private ChronoNumber(string text, double value)
    {
        _text = text;
        Value = value;
    }

    /// <summary>A fraction, even if the double is a whole number.</summary>
    public ChronoNumber(double value)
        : this(FloatText.Of(value), value)
    {
    }

    /// <summary>An integer.</summary>
    public ChronoNumber(long value)
        : this(value.ToString(CultureInfo.InvariantCulture), value)
    {
    }

    /// <summary>An integer of any size.</summary>
    public ChronoNumber(BigInteger value)
        : this(value.ToString(CultureInfo.InvariantCulture), (double)value)
    {
    }

    /// <summary>The nearest double; infinity for an integer beyond the range.</summary>
    public double Value { get; }

    /// <summary>Whether it is neither NaN nor infinite; true for every integer.</summary>
    public bool IsFinite => double.IsFinite(Value) || IsInteger;

    /// <summary>Whether it was written without fraction and exponent.</summary>
    public bool IsInteger => ToString().AsSpan().TrimStart('-').IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>A fraction, even if the double is a whole number.</summary>
    public static implicit operator ChronoNumber(double value) => new(value);

    /// <summary>An integer.</summary>
    public static implicit operator ChronoNumber(long value) => new(value);

    /// <summary>Whether both have the same spelling.</summary>
    public static bool operator ==(ChronoNumber left, ChronoNumber right) => left.Equals(right);

    /// <summary>Whether the spellings differ.</summary>
    public static bool operator !=(ChronoNumber left, ChronoNumber right) => !left.Equals(right);

    /// <summary>Converts a double to a fraction.</summary>
    public static ChronoNumber FromDouble(double value) => new(value);

    /// <summary>The integer.</summary>
    public static ChronoNumber FromInt64(long value) => new(value);

    /// <inheritdoc/>
    public bool Equals(ChronoNumber other) => ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ChronoNumber other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The spelling used for hashing.</summary>
    public override string ToString() => _text ?? "0";

    /// <summary>Parses a JSON number, which must be well-formed.</summary>
    internal static ChronoNumber Parse(ReadOnlySpan<byte> json)
    {
        var value = double.Parse(json, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (json.IndexOfAny(".eE"u8) >= 0)
        {
            return new ChronoNumber(value);
        }

        return json.SequenceEqual("-0"u8) ? default : new ChronoNumber(System.Text.Encoding.ASCII.GetString(json), value);
    }
}
