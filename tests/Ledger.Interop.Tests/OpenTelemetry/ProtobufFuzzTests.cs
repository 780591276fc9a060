using System.Text;
using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Files;
using Ledger.Interop.OpenTelemetry;
using Ledger.Interop.Reading;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests.OpenTelemetry;

/// <summary>Whatever happened to a request in the binary form: it is taken, or refused in a sentence.</summary>
public sealed class ProtobufFuzzTests
{
    private static readonly byte[] Request =
    [
        .. Field(1, [.. Field(1, [.. Field(1, Attribute("service.name", Text("kitchen")))]), .. Field(2,
        [
            .. Field(1, [.. Field(1, "scope"u8.ToArray())]),
            .. Field(2, Span(1, "chat", Attribute("gen_ai.operation.name", Text("chat")), Attribute("gen_ai.usage.input_tokens", [0x18, 0x05]), Attribute("list", [.. Field(5, [.. Field(1, Text("x")), .. Field(1, [0x10, 0x01])])]))),
            .. Field(2, Span(2, "kettle", Attribute("gen_ai.operation.name", Text("execute_tool")), Attribute("map", [.. Field(6, [.. Field(1, Attribute("k", Text("v")))])]), Attribute("bytes", [.. Field(7, [1, 2])]))),
        ])]),
    ];

    [Fact]
    public async Task Import_DamagedRequest_IsTakenOrRefusedInASentence()
    {
        (await ImportAsync(Request)).Runs.Single().WrittenEvents.ShouldBeGreaterThan(4);
        await Law.HoldsAsync(
            Law.ArraysOf(
                from kind in Gen.Choose(0, 3)
                from at in Gen.Choose(0, 1_000_000)
                from value in Gen.Choose(0, 255)
                select (kind, at, value),
                upTo: 4),
            async damages =>
            {
                var bytes = damages.Aggregate(Request, Damage);
                try
                {
                    var result = await ImportAsync(bytes);
                    result.Faults.ShouldAllBe(fault => fault.EndsWith('.'));
                }
                catch (EventFileException fault)
                {
                    fault.Line.ShouldBe(0);
                    fault.Message.ShouldEndWith(".");
                }
            },
            times: 1_000);
    }

    [Fact]
    public async Task Import_ManySpans_AreThoseOfTheJsonForm()
    {
        // Several resources and scopes, with an empty one, and spans without ids among the others: they are read on several processors.
        byte[] request =
        [
            .. Enumerable.Range(0, 3).SelectMany(r => Field(1,
            [
                .. Field(1, [.. Field(1, Attribute("service.name", Text($"kitchen {r}")))]),
                .. Enumerable.Range(0, 3).SelectMany(s => Field(2,
                [
                    .. Field(1, [.. Field(1, Encoding.UTF8.GetBytes($"scope {s}"))]),
                    .. Enumerable.Range(0, s * 40).SelectMany(i => i % 30 == 7 ? Field(2, []) : Field(2, Span((byte)((r * 80) + ((s - 1) * 40) + i), "chat", Attribute("gen_ai.operation.name", Text(i % 3 == 0 ? "execute_tool" : "chat")), Attribute("n", [0x18, (byte)i])))),
                ])),
            ])),
        ];
        var json = new System.Buffers.ArrayBufferWriter<byte>();
        new OtlpProtobuf(new Extras()).ReadAsJson(request, json);
        var (binary, text) = (new AgentLedger(new MemoryEventStore()), new AgentLedger(new MemoryEventStore()));
        using var importer = new TraceImporter(binary);
        using var other = new TraceImporter(text);
        using var source = RecordingSource.OfBytes("spans", json.WrittenMemory);

        var taken = await importer.ImportAsync(request);
        var expected = await other.ImportAsync(source);

        (taken.RejectedSpans, taken.LeftOutSpans).ShouldBe((expected.RejectedSpans, expected.LeftOutSpans));
        taken.RejectedSpans.ShouldBeGreaterThan(5);
        var stream = taken.Runs.Single().Stream.Value;
        (await LinesAsync(binary, stream)).ShouldBe(await LinesAsync(text, stream));
    }

    private static async Task<List<string>> LinesAsync(AgentLedger ledger, string stream) =>
        [.. (await (await ledger.OpenAsync(stream)).ReadAllAsync()).Select(item => $"{item.Metadata.ForeignId} {item.Type} {Encoding.UTF8.GetString(item.Json.Span)}")];

    private static byte[] Damage(byte[] bytes, (int Kind, int At, int Value) damage)
    {
        var at = bytes.Length == 0 ? 0 : damage.At % bytes.Length;
        return damage.Kind switch
        {
            0 => bytes[..at],
            1 => [.. bytes[..at], (byte)damage.Value, .. bytes[at..]],
            2 when bytes.Length > 0 => [.. bytes[..at], (byte)damage.Value, .. bytes[(at + 1)..]],
            _ => [.. bytes, .. bytes[at..]],
        };
    }

    private static async Task<TraceImportResult> ImportAsync(byte[] request)
    {
        using var importer = new TraceImporter(new AgentLedger(new MemoryEventStore()));
        return await importer.ImportAsync(request);
    }

    private static byte[] Span(byte id, string name, params byte[][] attributes) =>
    [
        .. Field(1, [.. Enumerable.Repeat((byte)7, 16)]), .. Field(2, [0, 0, 0, 0, 0, 0, 0, id]), .. Field(5, Encoding.UTF8.GetBytes(name)),
        0x39, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x41, 0, 0, 0, 0, 0, 0, 0, 0x11, .. attributes.SelectMany(attribute => Field(9, attribute)),
    ];

    private static byte[] Attribute(string key, byte[] value) => [.. Field(1, Encoding.UTF8.GetBytes(key)), .. Field(2, value)];

    private static byte[] Text(string text) => [.. Field(1, Encoding.UTF8.GetBytes(text))];

    // All of them are short, but for the outermost.
    private static IEnumerable<byte> Field(int number, byte[] content) =>
        content.Length < 0x80
            ? [(byte)((number << 3) | 2), (byte)content.Length, .. content]
            : [(byte)((number << 3) | 2), (byte)(content.Length | 0x80), (byte)(content.Length >> 7), .. content];
}
