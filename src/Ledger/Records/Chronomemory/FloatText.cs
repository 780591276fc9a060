using System.Globalization;

namespace Ledger.Records.Chronomemory;

/// <summary>Formats doubles as Python does: <c>1.0</c>, <c>1e-07</c>, <c>1e+16</c>, <c>Infinity</c>.</summary>
/// <remarks>The digits are the fewest that parse back to the double, as in .NET; the place of the point and the use of an exponent follow Python.</remarks>
internal static class FloatText
{
    // Python writes an exponent if the point would be more than 16 digits after the first digit, or more than 3 zeros before it.
    private const int MostBefore = 16;
    private const int MostZeros = -4;

    public static string Of(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0.0" : "0.0";
        }

        Span<char> shortest = stackalloc char[32];
        value.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture);
        return Spell(shortest[..length]);
    }

    private static string Spell(ReadOnlySpan<char> shortest)
    {
        var sign = shortest[0] == '-' ? "-" : "";
        var rest = shortest[sign.Length..];
        var e = rest.IndexOf('E');
        var exponent = e < 0 ? 0 : int.Parse(rest[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? rest : rest[..e];
        var dot = mantissa.IndexOf('.');
        var integer = dot < 0 ? mantissa : mantissa[..dot];
        var fraction = dot < 0 ? default : mantissa[(dot + 1)..];
        var all = string.Concat(integer, fraction);
        var digits = all.AsSpan().TrimStart('0');
        var point = integer.Length + exponent - (all.Length - digits.Length);
        digits = digits.TrimEnd('0');
        return point is > MostZeros and <= MostBefore ? sign + Plain(digits, point) : sign + Scientific(digits, point - 1);
    }

    private static string Plain(ReadOnlySpan<char> digits, int point)
    {
        if (point <= 0)
        {
            return string.Concat("0.", new string('0', -point), digits);
        }

        return point < digits.Length
            ? string.Concat(digits[..point], ".", digits[point..])
            : string.Concat(digits, new string('0', point - digits.Length), ".0");
    }

    private static string Scientific(ReadOnlySpan<char> digits, int exponent)
    {
        var power = Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
        var mantissa = digits.Length == 1 ? digits.ToString() : string.Concat(digits[..1], ".", digits[1..]);
        return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{power}";
    }
}
