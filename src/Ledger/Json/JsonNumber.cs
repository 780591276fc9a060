using System.Buffers.Text;
using System.Numerics;

namespace Ledger.Json;

/// <summary>The exact value of a JSON number: its digits, without zeros at either end, times a power of ten.</summary>
/// <remarks>It refers to its source text; nothing is computed at the size of the value, so <c>1e400000</c> costs as little as 1.</remarks>
internal readonly ref struct JsonNumber
{
    private readonly ReadOnlySpan<byte> _integer;
    private readonly ReadOnlySpan<byte> _fraction;
    private readonly int _first;

    private JsonNumber(bool isNegative, ReadOnlySpan<byte> integer, ReadOnlySpan<byte> fraction, int first, int count, BigInteger exponent)
    {
        IsNegative = isNegative;
        _integer = integer;
        _fraction = fraction;
        _first = first;
        Count = count;
        Exponent = exponent;
    }

    /// <summary>Whether the value is below zero; never for zero itself.</summary>
    public bool IsNegative { get; }

    /// <summary>The number of significant digits; zero has none.</summary>
    public int Count { get; }

    /// <summary>The power of ten of the last significant digit.</summary>
    public BigInteger Exponent { get; }

    /// <summary>A significant digit as ASCII; the first has index 0.</summary>
    public byte this[int index]
    {
        get
        {
            var i = _first + index;
            return i < _integer.Length ? _integer[i] : _fraction[i - _integer.Length];
        }
    }

    /// <summary>Parses the text of a number, which must be valid JSON.</summary>
    public static JsonNumber Parse(ReadOnlySpan<byte> text)
    {
        var isNegative = text[0] == '-';
        var rest = isNegative ? text[1..] : text;
        var exponent = BigInteger.Zero;
        var e = rest.IndexOfAny((byte)'e', (byte)'E');
        if (e >= 0)
        {
            exponent = ParseExponent(rest[(e + 1)..]);
            rest = rest[..e];
        }

        var dot = rest.IndexOf((byte)'.');
        var integer = dot < 0 ? rest : rest[..dot];
        var fraction = dot < 0 ? default : rest[(dot + 1)..];
        exponent -= fraction.Length;

        var first = integer.IndexOfAnyExcept((byte)'0');
        if (first < 0)
        {
            var inFraction = fraction.IndexOfAnyExcept((byte)'0');
            if (inFraction < 0)
            {
                return new JsonNumber(false, default, default, 0, 0, BigInteger.Zero);
            }

            first = integer.Length + inFraction;
        }

        var last = fraction.LastIndexOfAnyExcept((byte)'0') is var f and >= 0
            ? integer.Length + f
            : integer.LastIndexOfAnyExcept((byte)'0');
        exponent += integer.Length + fraction.Length - 1 - last;
        return new JsonNumber(isNegative, integer, fraction, first, last - first + 1, exponent);
    }

    public bool Equals(JsonNumber other)
    {
        if (IsNegative != other.IsNegative || Count != other.Count || Exponent != other.Exponent)
        {
            return false;
        }

        for (var i = 0; i < Count; i++)
        {
            if (this[i] != other[i])
            {
                return false;
            }
        }

        return true;
    }

    public int ComputeHash()
    {
        var hash = new HashCode();
        hash.Add(IsNegative);
        hash.Add(Exponent);
        for (var i = 0; i < Count; i++)
        {
            hash.Add(this[i]);
        }

        return hash.ToHashCode();
    }

    private static BigInteger ParseExponent(ReadOnlySpan<byte> text)
    {
        if (text[0] == '+')
        {
            text = text[1..];
        }

        return Utf8Parser.TryParse(text, out long small, out var consumed) && consumed == text.Length
            ? small
            : BigInteger.Parse(System.Text.Encoding.ASCII.GetString(text), System.Globalization.CultureInfo.InvariantCulture);
    }
}
