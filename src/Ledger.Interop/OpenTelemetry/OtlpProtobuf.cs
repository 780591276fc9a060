using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Ledger.Files;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Reads the binary form of OTLP as its JSON form.</summary>
/// <remarks>
/// Of <c>opentelemetry/proto/trace/v1/trace.proto</c>, <c>common/v1/common.proto</c> and <c>resource/v1/resource.proto</c> in open-telemetry/opentelemetry-proto (1.x); ids
/// become hexadecimal, as the OTLP specification wants them in JSON. Fields that these do not have are counted.
/// </remarks>
internal sealed class OtlpProtobuf(Extras extras)
{
    private const int MaxDepth = 100;

    private static readonly Dictionary<int, Field> Value = new()
    {
        [1] = new("stringValue", Kind.Text), [2] = new("boolValue", Kind.Flag), [3] = new("intValue", Kind.Signed), [4] = new("doubleValue", Kind.Double),
        [5] = new("arrayValue", Kind.Message) { Type = "ArrayValue" }, [6] = new("kvlistValue", Kind.Message) { Type = "KeyValueList" }, [7] = new("bytesValue", Kind.Base64),
    };

    private static readonly Dictionary<string, Dictionary<int, Field>> Types = new(StringComparer.Ordinal)
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
    };

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

    /// <summary>Reads a request.</summary>
    /// <exception cref="EventFileException">It is not one.</exception>
    public JsonObject Read(ReadOnlySpan<byte> bytes) => Read("Request", bytes, 0);

    private JsonObject Read(string type, ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new EventFileException(1, null, $"a value is nested deeper than {MaxDepth} levels.");
        }

        var fields = Types[type];
        var message = new JsonObject();
        while (!bytes.IsEmpty)
        {
            var tag = Varint(ref bytes);
            var (number, wire) = ((int)(tag >> 3), (int)(tag & 7));
            ulong scalar = 0;
            ReadOnlySpan<byte> content = default;
            switch (wire)
            {
                case 0:
                    scalar = Varint(ref bytes);
                    break;
                case 1:
                    scalar = BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, 8));
                    break;
                case 2:
                    var length = Varint(ref bytes);
                    content = Take(ref bytes, length > int.MaxValue ? int.MaxValue : (int)length);
                    break;
                case 5:
                    scalar = BinaryPrimitives.ReadUInt32LittleEndian(Take(ref bytes, 4));
                    break;
                default:
                    throw new EventFileException(1, null, "the body is not a protobuf message of OTLP.");
            }

            if (!fields.TryGetValue(number, out var field) || WireOf(field.Kind) != wire)
            {
                extras.Add($"fields of {type} that OTLP does not have");
                continue;
            }

            var value = ValueOf(field, scalar, content, depth);
            if (!field.IsList)
            {
                message[field.Name] = value;
            }
            else if (message[field.Name] is JsonArray list)
            {
                list.AddNode(value);
            }
            else
            {
                message[field.Name] = new JsonArray(value);
            }
        }

        return message;
    }

    private JsonNode? ValueOf(Field field, ulong scalar, ReadOnlySpan<byte> content, int depth) => field.Kind switch
    {
        Kind.Text => Encoding.UTF8.GetString(content),
        Kind.Flag => scalar != 0,
        Kind.Signed => ((long)scalar).ToString(CultureInfo.InvariantCulture),
        Kind.Unsigned or Kind.Fixed32 => scalar,
        Kind.Fixed64 => scalar.ToString(CultureInfo.InvariantCulture),
        Kind.Double => BitConverter.UInt64BitsToDouble(scalar) is var number && double.IsFinite(number) ? number : number.ToString(CultureInfo.InvariantCulture),
        Kind.Hex => Convert.ToHexStringLower(content),
        Kind.Base64 => Convert.ToBase64String(content),
        _ => Read(field.Type!, content, depth + 1),
    };

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
            throw new EventFileException(1, null, "the body breaks off in the middle of a protobuf message.");
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

        throw new EventFileException(1, null, "the body is not a protobuf message of OTLP.");
    }

    private static Field One(string name, string type) => new(name, Kind.Message) { Type = type };

    private static Field List(string name, string type) => new(name, Kind.Message) { Type = type, IsList = true };

    private sealed record Field(string Name, Kind Kind)
    {
        public string? Type { get; init; }

        public bool IsList { get; init; }
    }
}
