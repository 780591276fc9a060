using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Ledger.Interop;

namespace Ledger.Benchmarks.Writers;

/// <summary>Sends spans as an exporter does: of each turn of an agent the invocation, a chat and a call of a tool, a conversation for each request.</summary>
/// <param name="ledger">Takes them.</param>
/// <param name="isProtobuf">The binary form; otherwise JSON.</param>
internal sealed class SpanWriter(AgentLedger ledger, bool isProtobuf) : Writer
{
    private const int Turns = 170;

    // In ids it stands for the number of the request, as text and as bytes.
    private const long Marker = 0x7a7a7a7a_00000000;

    private readonly TraceImporter _importer = new(ledger);
    private readonly List<(int Place, bool IsText)> _places = [];
    private byte[] _request = [];

    public override int EventsPerCall => Turns * 3;

    public override Task PrepareAsync(CancellationToken cancellationToken)
    {
        _request = isProtobuf ? Protobuf() : Json();
        return Task.CompletedTask;
    }

    public override async Task WriteAsync(long number, CancellationToken cancellationToken)
    {
        Number((int)(number / EventsPerCall));
        var result = isProtobuf ? await _importer.ImportAsync(_request, cancellationToken) : await ImportJsonAsync(cancellationToken);
        if (result.RejectedSpans > 0 || result.LeftOutSpans > 0)
        {
            throw new InvalidOperationException($"{result.RejectedSpans} spans were refused.");
        }
    }

    public override ValueTask DisposeAsync()
    {
        _importer.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<TraceImportResult> ImportJsonAsync(CancellationToken cancellationToken)
    {
        using var source = RecordingSource.OfBytes("the spans", _request);
        return await _importer.ImportAsync(source, cancellationToken);
    }

    // Made once: an exporter's own work is not what is measured.
    private void Number(int request)
    {
        if (_places.Count == 0)
        {
            Find("7a7a7a7a"u8, isText: true);
            Find("zzzz"u8, isText: false);
        }

        var text = Encoding.ASCII.GetBytes(request.ToString("x8", CultureInfo.InvariantCulture));
        foreach (var (place, isText) in _places)
        {
            if (isText)
            {
                text.CopyTo(_request, place);
            }
            else
            {
                BinaryPrimitives.WriteInt32BigEndian(_request.AsSpan(place), request);
            }
        }
    }

    private void Find(ReadOnlySpan<byte> marker, bool isText)
    {
        for (var at = _request.AsSpan().IndexOf(marker); at >= 0;)
        {
            _places.Add((at, isText));
            var next = _request.AsSpan(at + marker.Length).IndexOf(marker);
            at = next < 0 ? -1 : at + marker.Length + next;
        }
    }

    private static IEnumerable<(string Id, string? Parent, string Name, long Start, (string Key, object Value)[] Attributes)> Spans()
    {
        for (var i = 0; i < Turns; i++)
        {
            var (id, start) = (Marker + (i * 3), 1_800_000_000_000_000_000 + (i * 1_000_000L));
            yield return (Id(id), null, "invoke_agent helper", start,
                [("gen_ai.operation.name", "invoke_agent"), ("gen_ai.agent.name", "helper"), ("gen_ai.conversation.id", $"c{Id(Marker)}")]);
            yield return (Id(id + 1), Id(id), "chat small", start + 100_000,
            [
                ("gen_ai.operation.name", "chat"), ("gen_ai.provider.name", "a-provider"), ("gen_ai.request.model", "small"), ("gen_ai.response.model", "small-2026"),
                ("gen_ai.request.temperature", 0.5), ("gen_ai.usage.input_tokens", 900L), ("gen_ai.usage.output_tokens", 40L), ("gen_ai.response.finish_reasons", "tool_calls"),
                ("gen_ai.input.messages", """[{"role":"user","parts":[{"type":"text","content":"How warm is the kettle that stands on the left side of the kitchen?"}]}]"""),
                ("gen_ai.output.messages", $$$"""[{"role":"assistant","parts":[{"type":"tool_call","id":"call-{{{Id(id)}}}","name":"kettle","arguments":{"side":"left"}}]}]"""),
            ]);
            yield return (Id(id + 2), Id(id), "execute_tool kettle", start + 300_000,
            [
                ("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "kettle"), ("gen_ai.tool.call.id", $"call-{Id(id)}"),
                ("gen_ai.tool.call.arguments", """{"side":"left"}"""), ("gen_ai.tool.call.result", "93 degrees"),
            ]);
        }
    }

    private static string Id(long number) => number.ToString("x16", CultureInfo.InvariantCulture);

    private static string Trace() => Marker.ToString("x32", CultureInfo.InvariantCulture);

    private static byte[] Json()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("resourceSpans");
            writer.WriteStartObject();
            writer.WriteStartArray("scopeSpans");
            writer.WriteStartObject();
            writer.WriteStartArray("spans");
            foreach (var (id, parent, name, start, attributes) in Spans())
            {
                writer.WriteStartObject();
                writer.WriteString("traceId", Trace());
                writer.WriteString("spanId", id);
                if (parent is not null)
                {
                    writer.WriteString("parentSpanId", parent);
                }

                writer.WriteString("name", name);
                writer.WriteString("startTimeUnixNano", start.ToString(CultureInfo.InvariantCulture));
                writer.WriteString("endTimeUnixNano", (start + 90_000).ToString(CultureInfo.InvariantCulture));
                writer.WriteStartArray("attributes");
                foreach (var (key, value) in attributes)
                {
                    writer.WriteStartObject();
                    writer.WriteString("key", key);
                    writer.WriteStartObject("value");
                    switch (value)
                    {
                        case string text:
                            writer.WriteString("stringValue", text);
                            break;
                        case long whole:
                            writer.WriteString("intValue", whole.ToString(CultureInfo.InvariantCulture));
                            break;
                        default:
                            writer.WriteNumber("doubleValue", (double)value);
                            break;
                    }

                    writer.WriteEndObject();
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    // The fields of opentelemetry/proto/trace/v1/trace.proto.
    private static byte[] Protobuf()
    {
        var spans = new List<byte>();
        foreach (var (id, parent, name, start, attributes) in Spans())
        {
            var span = new List<byte>();
            Add(span, 1, Convert.FromHexString(Trace()));
            Add(span, 2, Convert.FromHexString(id));
            if (parent is not null)
            {
                Add(span, 4, Convert.FromHexString(parent));
            }

            Add(span, 5, Encoding.UTF8.GetBytes(name));
            AddFixed(span, 7, (ulong)start);
            AddFixed(span, 8, (ulong)start + 90_000);
            foreach (var (key, value) in attributes)
            {
                var any = new List<byte>();
                switch (value)
                {
                    case string text:
                        Add(any, 1, Encoding.UTF8.GetBytes(text));
                        break;
                    case long whole:
                        AddVarint(any, 3 << 3);
                        AddVarint(any, (ulong)whole);
                        break;
                    default:
                        AddFixed(any, 4, BitConverter.DoubleToUInt64Bits((double)value));
                        break;
                }

                var attribute = new List<byte>();
                Add(attribute, 1, Encoding.UTF8.GetBytes(key));
                Add(attribute, 2, [.. any]);
                Add(span, 9, [.. attribute]);
            }

            Add(spans, 2, [.. span]);
        }

        var resource = new List<byte>();
        Add(resource, 2, [.. spans]);
        var request = new List<byte>();
        Add(request, 1, [.. resource]);
        return [.. request];
    }

    private static void Add(List<byte> to, int field, byte[] content)
    {
        AddVarint(to, (ulong)((field << 3) | 2));
        AddVarint(to, (ulong)content.Length);
        to.AddRange(content);
    }

    private static void AddFixed(List<byte> to, int field, ulong value)
    {
        AddVarint(to, (ulong)((field << 3) | 1));
        to.AddRange(BitConverter.GetBytes(value));
    }

    private static void AddVarint(List<byte> to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            to.Add((byte)(value | 0x80));
        }

        to.Add((byte)value);
    }
}
