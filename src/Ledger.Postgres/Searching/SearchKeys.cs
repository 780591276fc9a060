using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Ledger.Postgres.Searching;

/// <summary>What the index of the search has of an event, and what a query asks it for: a set of numbers of 16 bits.</summary>
/// <remarks>
/// A text has a number for each three letters or digits that follow each other, in lower case; each byte of other letters is one of them. So a text that
/// is a part of another has no number that the other lacks. <c>search_keys_v1</c> and <c>search_word_v1</c> compute the same ones. Not safe for concurrent use.
/// </remarks>
internal sealed class SearchKeys
{
    private const int Symbols = 40;
    private const int FirstType = Symbols * Symbols * Symbols;
    private const int Words = 768;
    private const int FirstName = FirstType + Words;
    private const int Numbers = FirstName + Words;

    private static readonly sbyte[] SymbolOf = [.. Enumerable.Range(0, 256).Select(Symbol)];

    private readonly ulong[] _set = new ulong[Numbers / 64];

    /// <summary>Adds those of a text.</summary>
    public SearchKeys AddText(ReadOnlySpan<byte> text)
    {
        var (before, last) = (-1, -1);
        foreach (var code in text)
        {
            var symbol = SymbolOf[code];
            if (symbol < 0)
            {
                (before, last) = (-1, -1);
                continue;
            }

            if (before >= 0)
            {
                Add((((before * Symbols) + last) * Symbols) + symbol);
            }

            (before, last) = (last, symbol);
        }

        return this;
    }

    /// <summary>Adds those of the text of a string, as it is written in JSON.</summary>
    public SearchKeys AddText(string text) => AddText(Encoding.UTF8.GetBytes(text));

    /// <summary>Adds that of a type, or of the beginning of one, which ends with a dot.</summary>
    public SearchKeys AddType(string type) => Add(Word(type, FirstType));

    /// <summary>Adds that of a name: of an actor, a called tool or an object.</summary>
    public SearchKeys AddName(string name) => Add(Word(name, FirstName));

    /// <summary>Adds those of an event's type, which is also found by its beginnings.</summary>
    public SearchKeys AddTypes(string type)
    {
        AddType(type);
        for (var dot = type.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = type.IndexOf('.', dot + 1))
        {
            AddType(type[..(dot + 1)]);
        }

        return this;
    }

    /// <summary>Removes all.</summary>
    public void Clear() => Array.Clear(_set);

    /// <summary>The numbers, in order, as the database stores them.</summary>
    public short[] ToArray()
    {
        var count = 0;
        foreach (var part in _set)
        {
            count += BitOperations.PopCount(part);
        }

        var keys = new short[count];
        for (var (place, at) = (0, 0); place < _set.Length; place++)
        {
            for (var rest = _set[place]; rest != 0; rest &= rest - 1)
            {
                keys[at++] = (short)((place * 64) + BitOperations.TrailingZeroCount(rest) + short.MinValue);
            }
        }

        return keys;
    }

    private SearchKeys Add(int key)
    {
        _set[key / 64] |= 1UL << (key % 64);
        return this;
    }

    private static int Word(string word, int first)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(word), hash);
        return first + (((hash[0] * 256) + hash[1]) % Words);
    }

    private static sbyte Symbol(int code) => (sbyte)(code switch
    {
        >= 'a' and <= 'z' => code - 'a',
        >= 'A' and <= 'Z' => code - 'A',
        >= '0' and <= '9' => code - '0' + 26,
        >= 128 => code % Symbols,
        _ => -1,
    });
}
