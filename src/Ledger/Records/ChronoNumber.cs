using System.Globalization;
using System.Numerics;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>A number as the chain spells it, where the integer <c>1</c> and the fraction <c>1.0</c> are two values.</summary>
/// <remarks>
/// Equal exactly when the spellings are, so <c>1</c> is not equal to <c>1.0</c>. The default value is the integer <c>0</c>. An integer
/// has any size; a fraction is a double, spelled with the fewest digits that read back as it.
/// </remarks>
public readonly struct ChronoNumber : IEquatable<ChronoNumber>
{
    private readonly string? _text;

    private ChronoNumber(string text, double value)
    {
        _text = text;
        Value = value;
    }

    /// <summary>A fraction, also where the double is whole.</summary>
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

    /// <summary>The nearest double; an infinity where an integer is larger than any.</summary>
    public double Value { get; }

    /// <summary>Whether it is a number at all and no infinity; every integer is.</summary>
    public bool IsFinite => double.IsFinite(Value) || IsInteger;

    /// <summary>Whether it was given without fraction and exponent.</summary>
    public bool IsInteger => ToString().AsSpan().TrimStart('-').IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>A fraction, also where the double is whole.</summary>
    public static implicit operator ChronoNumber(double value) => new(value);

    /// <summary>An integer.</summary>
    public static implicit operator ChronoNumber(long value) => new(value);

    /// <summary>Whether both are spelled the same.</summary>
    public static bool operator ==(ChronoNumber left, ChronoNumber right) => left.Equals(right);

    /// <summary>Whether they are spelled differently.</summary>
    public static bool operator !=(ChronoNumber left, ChronoNumber right) => !left.Equals(right);

    /// <summary>The fraction that a double is.</summary>
    public static ChronoNumber FromDouble(double value) => new(value);

    /// <summary>The integer.</summary>
    public static ChronoNumber FromInt64(long value) => new(value);

    /// <inheritdoc/>
    public bool Equals(ChronoNumber other) => ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ChronoNumber other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The spelling that is hashed.</summary>
    public override string ToString() => _text ?? "0";

    /// <summary>The number that the digits of a JSON number stand for; they must be well-formed.</summary>
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
