using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Ledger.Files;
using Ledger.Interop.Reading;
using Ledger.Json;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Reads the binary form of OTLP as its JSON form.</summary>
/// <remarks>
/// Of <c>opentelemetry/proto/trace/v1/trace.proto</c>, <c>common/v1/common.proto</c> and <c>resource/v1/resource.proto</c> in open-telemetry/opentelemetry-proto (1.x); ids
/// become hexadecimal, as the OTLP specification wants them in JSON. Fields that these do not have are counted.
/// </remarks>
/// <param name="extras">Counts the fields that OTLP does not have.</param>
/// <param name="setAside">Takes the spans of a request, which are not read then: each is written as a number from 0. Null: they are read.</param>
internal sealed class OtlpProtobuf(Extras extras, SpanBytes? setAside = null)
{
    private const int MaxDepth = 100;

    private const int DepthOfSpans = 3;

    // A message of two bytes becomes an object in memory; an attribute has two messages.
    public const int MostMessages = 4_000_000;

    // More than the highest number of a field.
    private const int MostFields = 17;

    private static readonly Dictionary<int, Field> Value = new()
    {
        [1] = new("stringValue", Kind.Text), [2] = new("boolValue", Kind.Flag), [3] = new("intValue", Kind.Signed), [4] = new("doubleValue", Kind.Double),
        [5] = new("arrayValue", Kind.Message) { Type = "ArrayValue" }, [6] = new("kvlistValue", Kind.Message) { Type = "KeyValueList" }, [7] = new("bytesValue", Kind.Base64),
    };

    private static readonly Dictionary<string, MessageType> Types = new Dictionary<string, Dictionary<int, Field>>(StringComparer.Ordinal)
    {
        ["Request"] = new() { [1] = List("resourceSpans", "ResourceSpans") },
        ["ResourceSpans"] = new() { [1] = One("resource", "Resource"), [2] = List("scopeSpans", "ScopeSpans"), [3] = new("schemaUrl", Kind.Text) },
        ["Resource"] = new() { [1] = List("attributes", "KeyValue"), [2] = new("droppedAttributesCount", Kind.Unsigned) },
        ["ScopeSpans"] = new() { [1] = One("scope", "Scope"), [2] = List("spans", "Span"), [3] = new("schemaUrl", Kind.Text) },
        ["Scope"] = new() { [1] = new("name", Kind.Text), [2] = new("version", Kind.Text), [3] = List("attributes", "KeyValue"), [4] = new("droppedAttributesCount", Kind.Unsigned) },
        ["Span"] = new()
        {
            [1] = new("traceId", Kind.Hex), [2] = new("spanId", Kind.Hex), [3] = new("traceState", Kind.Text), [4] = new("parentSpanId", Kind.Hex), [5] = new("name", Kind.Text),
            [6] = new("kind", Kind.Unsigned), [7] = new("startTimeUnixNano", Kind.Fixed64), [8] = new("endTimeUnixNano", Kind.Fixed64), [9] = List("attributes", "KeyValue"),
            [10] = new("droppedAttributesCount", Kind.Unsigned), [11] = List("events", "Event"), [12] = new("droppedEventsCount", Kind.Unsigned), [13] = List("links", "Link"),
            [14] = new("droppedLinksCount", Kind.Unsigned), [15] = One("status", "Status"), [16] = new("flags", Kind.Fixed32),
        },
        ["Event"] = new() { [1] = new("timeUnixNano", Kind.Fixed64), [2] = new("name", Kind.Text), [3] = List("attributes", "KeyValue"), [4] = new("droppedAttributesCount", Kind.Unsigned) },
        ["Link"] = new()
        {
            [1] = new("traceId", Kind.Hex), [2] = new("spanId", Kind.Hex), [3] = new("traceState", Kind.Text), [4] = List("attributes", "KeyValue"),
            [5] = new("droppedAttributesCount", Kind.Unsigned), [6] = new("flags", Kind.Fixed32),
        },
        ["Status"] = new() { [2] = new("message", Kind.Text), [3] = new("code", Kind.Unsigned) },
        ["KeyValue"] = new() { [1] = new("key", Kind.Text), [2] = One("value", "AnyValue") },
        ["AnyValue"] = Value,
        ["ArrayValue"] = new() { [1] = List("values", "AnyValue") },
        ["KeyValueList"] = new() { [1] = List("values", "KeyValue") },
    }.ToDictionary(type => type.Key, type => new MessageType(type.Key, type.Value), StringComparer.Ordinal);

    // The fields of the messages that are being read, those of inner ones after those of outer ones.
    private readonly List<(int Number, ulong Scalar, int Start, int Length)> _values = [];
    private int _spans;
    private int _messages;

    private enum Kind
    {
        Text,
        Flag,
        Signed,
        Unsigned,
        Fixed32,
        Fixed64,
        Double,
        Hex,
        Base64,
        Message,
    }

    /// <summary>How many messages it has read.</summary>
    public int Messages => _messages;

    /// <summary>Reads a span, and writes its JSON.</summary>
    /// <exception cref="EventFileException">It is not one.</exception>
    public void ReadSpan(ReadOnlySpan<byte> bytes, Utf8JsonWriter writer) => Write(writer, Types["Span"], bytes, DepthOfSpans);

    /// <summary>Reads a request, and writes its JSON.</summary>
    /// <exception cref="EventFileException">It is not one.</exception>
    public void ReadAsJson(ReadOnlySpan<byte> bytes, IBufferWriter<byte> json)
    {
        using var writer = new Utf8JsonWriter(json, EventJson.WriterOptions);
        Write(writer, Types["Request"], bytes, 0);
    }

    // The last value of a field counts, and all of a list, wherever in the message they are.
    private void Write(Utf8JsonWriter writer, MessageType type, ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new EventFileException(0, null, $"a value is nested deeper than {MaxDepth} levels.");
        }

        if (++_messages > MostMessages || (type.Name == "Span" && ++_spans > SpanIndex.MostOfRequest))
        {
            throw TooMany();
        }

        var whole = bytes;
        var first = _values.Count;
        Span<int> last = stackalloc int[MostFields];
        last.Fill(-1);
        while (!bytes.IsEmpty)
        {
            var tag = Varint(ref bytes);
            if (tag is < 8 or > uint.MaxValue)
            {
                throw new EventFileException(0, null, "the body is not a protobuf message of OTLP.");
            }

            var (number, wire) = ((int)(tag >> 3), (int)(tag & 7));
            ulong scalar = 0;
            var (start, length) = (0, 0);
            switch (wire)
            {
                case 0:
                    scalar = Varint(ref bytes);
                    break;
                case 1:
                    scalar = BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, 8));
                    break;
                case 2:
                    var size = Varint(ref bytes);
                    start = whole.Length - bytes.Length;
                    length = Take(ref bytes, size > int.MaxValue ? int.MaxValue : (int)size).Length;
                    break;
                case 5:
                    scalar = BinaryPrimitives.ReadUInt32LittleEndian(Take(ref bytes, 4));
                    break;
                default:
                    throw new EventFileException(0, null, "the body is not a protobuf message of OTLP.");
            }

            if (type.FieldOf(number) is { } field && WireOf(field.Kind) == wire)
            {
                last[number] = _values.Count;
                _values.Add((number, scalar, start, length));
            }
            else
            {
                extras.Add($"fields of {type.Name} that OTLP does not have");
            }
        }

        var end = _values.Count;
        writer.WriteStartObject();
        for (var number = 0; number < MostFields; number++)
        {
            if (last[number] < 0)
            {
                continue;
            }

            var field = type.FieldOf(number)!;
            writer.WritePropertyName(field.Name);
            if (!field.IsList)
            {
                var (_, scalar, start, length) = _values[last[number]];
                Write(writer, field, scalar, whole.Slice(start, length), depth);
                continue;
            }

            writer.WriteStartArray();
            for (var i = first; i < end; i++)
            {
                if (_values[i] is var value && value.Number == number)
                {
                    Write(writer, field, value.Scalar, whole.Slice(value.Start, value.Length), depth);
                }
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        _values.RemoveRange(first, _values.Count - first);
    }

    private void Write(Utf8JsonWriter writer, Field field, ulong scalar, ReadOnlySpan<byte> content, int depth)
    {
        switch (field.Kind)
        {
            case Kind.Text when Utf8.IsValid(content):
                writer.WriteStringValue(content);
                break;
            case Kind.Text:
                writer.WriteStringValue(Encoding.UTF8.GetString(content));
                break;
            case Kind.Flag:
                writer.WriteBooleanValue(scalar != 0);
                break;
            case Kind.Signed:
                writer.WriteStringValue(((long)scalar).ToString(CultureInfo.InvariantCulture));
                break;
            case Kind.Unsigned or Kind.Fixed32:
                writer.WriteNumberValue(scalar);
                break;
            case Kind.Fixed64:
                writer.WriteStringValue(scalar.ToString(CultureInfo.InvariantCulture));
                break;
            case Kind.Double when BitConverter.UInt64BitsToDouble(scalar) is var number && double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case Kind.Double:
                writer.WriteStringValue(BitConverter.UInt64BitsToDouble(scalar).ToString(CultureInfo.InvariantCulture));
                break;
            case Kind.Hex:
                writer.WriteStringValue(Convert.ToHexStringLower(content));
                break;
            case Kind.Base64:
                writer.WriteBase64StringValue(content);
                break;
            case Kind.Message when setAside is not null && field.Type == "Span":
                writer.WriteNumberValue(setAside.Add(content) < SpanIndex.MostOfRequest ? setAside.Count - 1 : throw TooMany());
                break;
            default:
                Write(writer, field.Message ??= Types[field.Type!], content, depth + 1);
                break;
        }
    }

    /// <summary>The refusal of a request with too much.</summary>
    public static EventFileException TooMany() =>
        new(0, null, $"the request has more than {SpanIndex.MostOfRequest:N0} spans, or {MostMessages:N0} parts. Send it in parts.");

    private static int WireOf(Kind kind) => kind switch
    {
        Kind.Flag or Kind.Signed or Kind.Unsigned => 0,
        Kind.Fixed64 or Kind.Double => 1,
        Kind.Fixed32 => 5,
        _ => 2,
    };

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> bytes, int length)
    {
        if (length > bytes.Length)
        {
            throw new EventFileException(0, null, "the body breaks off in the middle of a protobuf message.");
        }

        var taken = bytes[..length];
        bytes = bytes[length..];
        return taken;
    }

    private static ulong Varint(scoped ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var i = 0; i < 10; i++)
        {
            var part = Take(ref bytes, 1)[0];
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new EventFileException(0, null, "the body is not a protobuf message of OTLP.");
    }

    private static Field One(string name, string type) => new(name, Kind.Message) { Type = type };

    private static Field List(string name, string type) => new(name, Kind.Message) { Type = type, IsList = true };

    private sealed record Field(string Name, Kind Kind)
    {
        public string? Type { get; init; }

        public bool IsList { get; init; }

        /// <summary>The type, once it was looked up: types have each other.</summary>
        public MessageType? Message { get; set; }
    }

    private sealed class MessageType(string name, Dictionary<int, Field> fields)
    {
        private readonly Field?[] _fields = [.. Enumerable.Range(0, MostFields).Select(fields.GetValueOrDefault)];

        public string Name => name;

        public Field? FieldOf(int number) => number < MostFields ? _fields[number] : null;
    }
}
