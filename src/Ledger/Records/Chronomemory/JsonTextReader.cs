namespace Ledger.Records.Chronomemory;

/// <summary>Reads JSON as Python's <c>json.loads</c> does, so that every line the package accepts is accepted here too.</summary>
/// <remarks>
/// Beyond the standard it accepts <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, and escaped lone surrogates. The text must be
/// valid UTF-8.
/// </remarks>
internal ref partial struct JsonTextReader
{
    /// <summary>The deepest nesting of values; the package's own copying of a record fails near that.</summary>
    public const int MaxDepth = 512;

    /// <summary>The most digits of an integer.</summary>
    /// <remarks>https://docs.python.org/3/library/stdtypes.html#integer-string-conversion-length-limitation</remarks>
    public const int MaxDigits = 4300;

    private readonly ReadOnlySpan<byte> _text;
    private int _at;
    private int _depth;

    private JsonTextReader(ReadOnlySpan<byte> text) => _text = text;

    /// <exception cref="JsonTextException">The text is not one JSON value.</exception>
    public static JsonValue Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new JsonTextReader(utf8);
        var value = reader.ReadValue();
        reader.SkipBlanks();
        return reader._at == utf8.Length ? value : throw reader.Fault("there is more text after the value");
    }

    private JsonValue ReadValue()
    {
        SkipBlanks();
        var rest = _text[_at..];
        switch (Peek())
        {
            case (byte)'{':
                return ReadMembers();
            case (byte)'[':
                return ReadList();
            case (byte)'"':
                return JsonValue.Of(ReadText());
            case (byte)'t' when rest.StartsWith("true"u8):
                return Take(4, JsonValue.True);
            case (byte)'f' when rest.StartsWith("false"u8):
                return Take(5, JsonValue.False);
            case (byte)'n' when rest.StartsWith("null"u8):
                return Take(4, JsonValue.Null);
            case (byte)'N' when rest.StartsWith("NaN"u8):
                return Take(3, JsonValue.Of(double.NaN));
            case (byte)'I' when rest.StartsWith("Infinity"u8):
                return Take(8, JsonValue.Of(double.PositiveInfinity));
            case (byte)'-' when rest.StartsWith("-Infinity"u8):
                return Take(9, JsonValue.Of(double.NegativeInfinity));
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                return JsonValue.Of(ReadNumber());
            default:
                throw Fault("a value is expected");
        }
    }

    private JsonValue ReadMembers()
    {
        Enter();
        var members = new OrderedDictionary<string, JsonValue>(StringComparer.Ordinal);
        SkipBlanks();
        while (Peek() != '}')
        {
            if (members.Count > 0)
            {
                Expect((byte)',', "',' or '}' is expected");
                SkipBlanks();
            }

            if (Peek() != '"')
            {
                throw Fault("a name in quotes is expected");
            }

            var name = ReadText();
            SkipBlanks();
            Expect((byte)':', "':' is expected");
            members[name] = ReadValue();
            SkipBlanks();
        }

        Leave();
        return JsonValue.Of(members);
    }

    private JsonValue ReadList()
    {
        Enter();
        var items = new List<JsonValue>();
        SkipBlanks();
        while (Peek() != ']')
        {
            if (items.Count > 0)
            {
                Expect((byte)',', "',' or ']' is expected");
            }

            items.Add(ReadValue());
            SkipBlanks();
        }

        Leave();
        return JsonValue.Of(items);
    }

    private void Enter()
    {
        _at++;
        if (++_depth > MaxDepth)
        {
            throw Fault($"values are nested more than {MaxDepth} deep");
        }
    }

    private void Leave()
    {
        _at++;
        _depth--;
    }

    private JsonValue Take(int length, JsonValue value)
    {
        _at += length;
        return value;
    }

    private void Expect(byte expected, string otherwise) => _at += Peek() == expected ? 1 : throw Fault(otherwise);

    private void SkipBlanks()
    {
        var count = _text[_at..].IndexOfAnyExcept(" \t\r\n"u8);
        _at = count < 0 ? _text.Length : _at + count;
    }

    /// <summary>The next byte; 0 at the end, which no value begins with.</summary>
    private readonly byte Peek() => _at < _text.Length ? _text[_at] : (byte)0;

    private readonly JsonTextException Fault(string reason) => new(_at, reason);
}
