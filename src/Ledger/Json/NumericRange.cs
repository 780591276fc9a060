using System.Buffers.Text;

namespace Ledger.Json;

/// <summary>Checks whether a number fits PostgreSQL's <c>numeric</c>, which stores the numbers of <c>jsonb</c>.</summary>
/// <remarks>
/// Up to 131072 digits before and 16383 after the decimal point: https://www.postgresql.org/docs/current/datatype-numeric.html.
/// Trailing zeros after the point count, leading zeros do not.
/// </remarks>
internal static class NumericRange
{
    public const int MaxDigitsBefore = 131_072;
    public const int MaxFractionDigits = 16_383;

    // PostgreSQL refuses larger exponents by their spelling, even for zero.
    private const long MaxExponent = int.MaxValue / 2 - 1;

    /// <summary>The fault of a JSON number, or null; and the number of digits PostgreSQL needs to write it out.</summary>
    public static string? FaultOf(ReadOnlySpan<byte> number, out int length)
    {
        length = number.Length;
        var e = number.IndexOfAny((byte)'e', (byte)'E');
        if (e < 0 && length <= MaxFractionDigits)
        {
            return null;
        }

        var exponent = e < 0 ? 0L : ExponentOf(number[(e + 1)..]);
        if (Math.Abs(exponent) > MaxExponent)
        {
            return "is a number with an exponent that PostgreSQL cannot read. Store it as text.";
        }

        var digits = (e < 0 ? number : number[..e]).TrimStart((byte)'-');
        var dot = digits.IndexOf((byte)'.');
        var fraction = dot < 0 ? default : digits[(dot + 1)..];
        var integer = dot < 0 ? digits : digits[..dot];
        var fractionDigits = fraction.Length - exponent;
        if (fractionDigits > MaxFractionDigits)
        {
            return $"is a number with {fractionDigits} digits after the decimal point, and {MaxFractionDigits} are allowed. Store it as text, or round it.";
        }

        var before = DigitsBefore(integer, fraction, exponent);
        if (before > MaxDigitsBefore)
        {
            return $"is a number with {before} digits before the decimal point, and {MaxDigitsBefore} are allowed. Store it as text.";
        }

        length = (int)(Math.Max(before, 1) + Math.Max(fractionDigits, 0));
        return null;
    }

    private static long DigitsBefore(ReadOnlySpan<byte> integer, ReadOnlySpan<byte> fraction, long exponent)
    {
        var first = integer.IndexOfAnyExcept((byte)'0');
        if (first >= 0)
        {
            return integer.Length - first + exponent;
        }

        first = fraction.IndexOfAnyExcept((byte)'0');
        return first < 0 ? 0 : exponent - first;
    }

    private static long ExponentOf(ReadOnlySpan<byte> text)
    {
        var digits = text[0] == '+' ? text[1..] : text;
        return Utf8Parser.TryParse(digits, out long value, out var consumed) && consumed == digits.Length ? value : long.MaxValue;
    }
}
