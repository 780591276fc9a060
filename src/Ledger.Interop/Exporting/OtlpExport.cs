using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.OpenTelemetry;
using Ledger.Interop.Reading;
using Ledger.Json;

namespace Ledger.Interop.Exporting;

/// <summary>Writes a run as lines of spans in OTLP/JSON, as the collector's file exporter does. Spans that were imported are written as they were.</summary>
internal sealed class OtlpExport(Run run, ExportReport report)
{
    private const int SpansPerLine = 200;
    private const int BytesPerLine = 1 << 20;

    private readonly Dictionary<string, (string Type, JsonElement Data)> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _resources = new(StringComparer.Ordinal) { [TurnSpans.ResourceId] = TurnSpans.Resource };
    private List<(string Resource, JsonArray Spans)> _line = [];
    private int _spans;
    private long _bytes;

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var turns = new RunTurns();
        var made = new TurnSpans(run, report);
        await foreach (var item in run.ReadAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (RecordingFormat.IsOfSpans(item.Metadata.Source))
            {
                AddRecorded(item);
            }
            else
            {
                foreach (var span in turns.Of(item).SelectMany(made.Add))
                {
                    Add(TurnSpans.ResourceId, span);
                }
            }

            if (_spans >= SpansPerLine || _bytes >= BytesPerLine)
            {
                yield return TakeLine();
            }
        }

        foreach (var (type, data) in _open.Values)
        {
            Add(data, SpanForm.Of(type, data, default));
        }

        foreach (var span in turns.End().SelectMany(made.Add).Concat(made.End()))
        {
            Add(TurnSpans.ResourceId, span);
        }

        if (_spans > 0)
        {
            yield return TakeLine();
        }
    }

    private void AddRecorded(RecordedEvent item)
    {
        var data = item.ToJsonElement();
        var id = item.Metadata.ForeignId ?? "";
        switch (item.Type)
        {
            case SpanEvents.ResourceType:
                _resources[id] = data;
                break;
            case "llm.request" or "tool.called" or SpanEvents.Invoked:
                // A call without a span is in the messages of its request.
                if (data.Member("span").ValueKind == JsonValueKind.Object)
                {
                    _open[id] = (item.Type, data);
                }

                break;
            case "llm.response" or "tool.returned" or SpanEvents.Returned:
                if (id.EndsWith(".end", StringComparison.Ordinal) && _open.Remove(id[..^4], out var begun))
                {
                    Add(begun.Data, SpanForm.Of(begun.Type, begun.Data, data));
                }

                break;
            case Conversations.Conversation.Usage or "branch.created":
                break;
            default:
                Add(data, SpanForm.Whole(data));
                break;
        }
    }

    private void Add(JsonElement data, JsonObject span) => Add(data.Member("span").Text("resource") ?? "", span);

    private void Add(string resource, JsonObject span)
    {
        if (_line is [] || _line[^1].Resource != resource)
        {
            _line.Add((resource, []));
        }

        _line[^1].Spans.AddNode(span);
        _spans++;
        _bytes += RecordedJson.ToElement(span).GetRawText().Length;
    }

    private ReadOnlyMemory<byte> TakeLine()
    {
        var all = new JsonArray([.. _line.Select(part => SpanForm.Resource(_resources.GetValueOrDefault(part.Resource), part.Spans))]);
        (_line, _spans, _bytes) = ([], 0, 0);
        return (byte[])[.. Request(all), (byte)'\n'];
    }

    /// <summary>An <c>ExportTraceServiceRequest</c> in JSON.</summary>
    /// <param name="resources">The items of <c>resourceSpans</c>.</param>
    public static byte[] Request(JsonArray resources)
    {
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory, EventJson.WriterOptions))
        {
            new JsonObject { ["resourceSpans"] = resources }.WriteTo(writer);
        }

        return memory.ToArray();
    }
}
