using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ledger.Interop.LangGraph;

/// <summary>Writes MessagePack, as LangGraph's serializer makes it, as JSON. Objects of Python are data; none is made.</summary>
/// <remarks>
/// The form is that of <a href="https://github.com/msgpack/msgpack/blob/master/spec.md">MessagePack</a> with the extension types of <c>jsonplus.py</c>: 0 to 5 are
/// objects with their module, class and arguments, 6 an array of NumPy, 7 the value of a delta channel. An object of the standard library, such as a time or a
/// set, becomes its argument; any other becomes its members with the class as <c>$type</c>. Bytes become base64. A key that is spelled as one before it, such as
/// <c>1</c> and <c>"1"</c>, gets a number: <c>1~2</c>.
/// </remarks>
internal ref struct MsgpackJson
{
    /// <summary>The most levels that are read; deeper ones could not be read again as JSON.</summary>
    public const int MaxDepth = 900;

    /// <summary>The member with the class of an object.</summary>
    public const string TypeMember = "$type";

    private const string Secret = "**********";

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly Utf8JsonWriter _writer;
    private readonly RenamedMembers _renamed;
    private readonly bool _isKey;
    private int _at;
    private int _depth;

    private MsgpackJson(ReadOnlySpan<byte> bytes, Utf8JsonWriter writer, RenamedMembers renamed, int depth, bool isKey)
    {
        _bytes = bytes;
        _writer = writer;
        _renamed = renamed;
        _depth = depth;
        _isKey = isKey;
    }

    private enum Extension
    {
        SingleArgument = 0,
        Arguments = 1,
        Members = 2,
        Method = 3,
        PydanticOne = 4,
        Pydantic = 5,
        NumpyArray = 6,
        DeltaSnapshot = 7,
    }

    /// <summary>Writes one value, which must be all of the bytes, and counts the members that got another name.</summary>
    /// <exception cref="InvalidDataException">They are not MessagePack, or end too early; the message is the rest of a sentence.</exception>
    public static void Write(ReadOnlySpan<byte> bytes, Utf8JsonWriter writer, RenamedMembers renamed) => WriteWhole(bytes, writer, renamed, 0, isKey: false);

    /// <summary>Writes bytes as JSON: an object with the form that they are in, and the bytes as base64.</summary>
    public static void WriteBytes(Utf8JsonWriter writer, string form, ReadOnlySpan<byte> bytes)
    {
        writer.WriteStartObject();
        writer.WriteString(TypeMember, form);
        writer.WriteBase64String("base64", bytes);
        writer.WriteEndObject();
    }

    private static void WriteWhole(ReadOnlySpan<byte> bytes, Utf8JsonWriter writer, RenamedMembers renamed, int depth, bool isKey)
    {
        var reader = new MsgpackJson(bytes, writer, renamed, depth, isKey);
        reader.WriteValue();
        if (reader._at != bytes.Length)
        {
            throw new InvalidDataException($"has {bytes.Length - reader._at:N0} bytes after the end of its value");
        }
    }

    private void WriteValue()
    {
        var code = Take(1)[0];
        switch (code)
        {
            case <= 0x7f:
                _writer.WriteNumberValue(code);
                break;
            case <= 0x8f:
                WriteMap(code & 0x0f);
                break;
            case <= 0x9f:
                WriteList(code & 0x0f);
                break;
            case <= 0xbf:
                _writer.WriteStringValue(TakeText(code & 0x1f));
                break;
            case 0xc0:
                _writer.WriteNullValue();
                break;
            case 0xc2 or 0xc3:
                _writer.WriteBooleanValue(code == 0xc3);
                break;
            case 0xc4 or 0xc5 or 0xc6:
                WriteBytes(_writer, "bytes", Take(TakeLength(code - 0xc4)));
                break;
            case 0xc7 or 0xc8 or 0xc9:
                var length = TakeLength(code - 0xc7);
                WriteExtension((sbyte)Take(1)[0], Take(length));
                break;
            case 0xca:
                WriteNumber(BinaryPrimitives.ReadSingleBigEndian(Take(4)));
                break;
            case 0xcb:
                WriteNumber(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                break;
            case >= 0xcc and <= 0xd3:
                WriteInteger(code);
                break;
            case >= 0xd4 and <= 0xd8:
                WriteExtension((sbyte)Take(1)[0], Take(1 << (code - 0xd4)));
                break;
            case 0xd9 or 0xda or 0xdb:
                _writer.WriteStringValue(TakeText(TakeLength(code - 0xd9)));
                break;
            case 0xdc or 0xdd:
                WriteList(TakeLength(code - 0xdb));
                break;
            case 0xde or 0xdf:
                WriteMap(TakeLength(code - 0xdd));
                break;
            case >= 0xe0:
                _writer.WriteNumberValue((sbyte)code);
                break;
            default:
                throw new InvalidDataException($"has the byte 0x{code:x2}, which MessagePack does not use, at {_at - 1:N0}");
        }
    }

    private void WriteInteger(byte code)
    {
        switch (code)
        {
            case 0xcc:
                _writer.WriteNumberValue(Take(1)[0]);
                break;
            case 0xcd:
                _writer.WriteNumberValue(BinaryPrimitives.ReadUInt16BigEndian(Take(2)));
                break;
            case 0xce:
                _writer.WriteNumberValue(BinaryPrimitives.ReadUInt32BigEndian(Take(4)));
                break;
            case 0xcf:
                _writer.WriteNumberValue(BinaryPrimitives.ReadUInt64BigEndian(Take(8)));
                break;
            case 0xd0:
                _writer.WriteNumberValue((sbyte)Take(1)[0]);
                break;
            case 0xd1:
                _writer.WriteNumberValue(BinaryPrimitives.ReadInt16BigEndian(Take(2)));
                break;
            case 0xd2:
                _writer.WriteNumberValue(BinaryPrimitives.ReadInt32BigEndian(Take(4)));
                break;
            default:
                _writer.WriteNumberValue(BinaryPrimitives.ReadInt64BigEndian(Take(8)));
                break;
        }
    }

    private readonly void WriteNumber(double number)
    {
        if (double.IsFinite(number))
        {
            _writer.WriteNumberValue(number);
        }
        else
        {
            _writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
        }
    }

    private void WriteList(int count)
    {
        Enter(count);
        _writer.WriteStartArray();
        for (var i = 0; i < count; i++)
        {
            WriteValue();
        }

        _writer.WriteEndArray();
        _depth--;
    }

    private void WriteMap(int count)
    {
        Enter(count);
        _writer.WriteStartObject();
        WriteMembers(count, []);
        _writer.WriteEndObject();
        _depth--;
    }

    private void WriteMembers(int count, Dictionary<string, int> names)
    {
        for (var i = 0; i < count; i++)
        {
            var name = TakeName();
            var unique = name;
            if (!names.TryAdd(name, 1))
            {
                do
                {
                    unique = string.Create(CultureInfo.InvariantCulture, $"{name}~{++names[name]}");
                }
                while (!names.TryAdd(unique, 1));
                _renamed.Count++;
            }

            _writer.WritePropertyName(unique);
            WriteValue();
        }
    }

    // Keys of Python may be anything; those that are no text are spelled as JSON.
    private string TakeName()
    {
        var start = _at;
        if (_bytes.Length > start && _bytes[start] is (>= 0xa0 and <= 0xbf) or 0xd9 or 0xda or 0xdb)
        {
            var code = Take(1)[0];
            return TakeText(code <= 0xbf ? code & 0x1f : TakeLength(code - 0xd9));
        }

        if (_isKey)
        {
            // Each level would escape the one inside it again.
            throw new InvalidDataException("has a key of keys that are not text");
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            var key = new MsgpackJson(_bytes, writer, _renamed, _depth, isKey: true) { _at = start };
            key.WriteValue();
            _at = key._at;
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private void WriteExtension(int type, ReadOnlySpan<byte> content)
    {
        Enter(0);
        switch ((Extension)type)
        {
            case Extension.DeltaSnapshot:
                WriteWhole(content, _writer, _renamed, _depth, _isKey);
                break;
            case >= Extension.SingleArgument and <= Extension.Pydantic:
                new MsgpackJson(content, _writer, _renamed, _depth, _isKey).WriteObject();
                break;
            case Extension.NumpyArray:
                var array = new MsgpackJson(content, _writer, _renamed, _depth, _isKey);
                _writer.WriteStartObject();
                _writer.WriteString(TypeMember, "numpy.ndarray");
                array.WriteNamed("dtype", "shape", "order", "data");
                _writer.WriteEndObject();
                break;
            default:
                WriteBytes(_writer, $"msgpack extension {type}", content);
                break;
        }

        _depth--;
    }

    private void WriteNamed(params ReadOnlySpan<string> names)
    {
        var count = TakeCount();
        for (var i = 0; i < count; i++)
        {
            _writer.WritePropertyName(i < names.Length ? names[i] : string.Create(CultureInfo.InvariantCulture, $"{i}"));
            WriteValue();
        }
    }

    // (module, class, argument, method): the argument's members, or the argument where the class says no more than that.
    private void WriteObject()
    {
        var count = TakeCount();
        if (count < 3)
        {
            throw new InvalidDataException($"has an object of Python with {count} parts, which has a module, a class and its arguments");
        }

        var (module, name) = (TakeName(), TakeName());
        if (name == "SecretStr" || name == "SecretBytes")
        {
            // As Pydantic prints it: what must not be seen does not belong in a log.
            _writer.WriteStringValue(Secret);
            return;
        }

        var code = _at < _bytes.Length ? _bytes[_at] : (byte)0xc1;
        var isMap = code is (>= 0x80 and <= 0x8f) or 0xde or 0xdf;
        if (isMap)
        {
            _at++;
            var members = code <= 0x8f ? code & 0x0f : TakeLength(code - 0xdd);
            Enter(members);
            _writer.WriteStartObject();
            _writer.WriteString(TypeMember, $"{module}.{name}");
            WriteMembers(members, new() { [TypeMember] = 1 });
            _writer.WriteEndObject();
        }
        else if (module == "uuid" && name == "UUID" && Guid.TryParseExact(PeekText(), "N", out var id))
        {
            _writer.WriteStringValue(id);
        }
        else if (module == "langgraph.types")
        {
            _writer.WriteStartObject();
            _writer.WriteString(TypeMember, $"{module}.{name}");
            _writer.WritePropertyName("args");
            WriteValue();
            _writer.WriteEndObject();
        }
        else
        {
            WriteValue();
        }
    }

    private readonly string? PeekText()
    {
        var copy = this;
        var code = copy._at < copy._bytes.Length ? copy._bytes[copy._at] : (byte)0;
        return code is (>= 0xa0 and <= 0xbf) or 0xd9 ? copy.TakeName() : null;
    }

    private int TakeCount()
    {
        var code = Take(1)[0];
        return code switch
        {
            >= 0x90 and <= 0x9f => code & 0x0f,
            0xdc or 0xdd => TakeLength(code - 0xdb),
            _ => throw new InvalidDataException("has an object of Python that is no list of its parts"),
        };
    }

    // Every item has at least a byte, so that a wrong length is known before anything is made for it.
    private void Enter(int count)
    {
        if (count > _bytes.Length - _at)
        {
            throw EndsEarly();
        }

        if (++_depth > MaxDepth)
        {
            throw new InvalidDataException($"is nested deeper than {MaxDepth} levels");
        }
    }

    // The length after a code: 0 for one byte, 1 for two, 2 for four.
    private int TakeLength(int size)
    {
        var length = size switch
        {
            0 => Take(1)[0],
            1 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            _ => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
        };
        return length <= (uint)(_bytes.Length - _at) ? (int)length : throw EndsEarly();
    }

    // What is no UTF-8 becomes U+FFFD.
    private string TakeText(int length) => Encoding.UTF8.GetString(Take(length));

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at)
        {
            throw EndsEarly();
        }

        var taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }

    private readonly InvalidDataException EndsEarly() => new($"ends early, at byte {_bytes.Length:N0}");
}
