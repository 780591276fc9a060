using System.Collections.Concurrent;
using System.Text.Json;
using Ledger.Interop.Reading;
using Ledger.Json;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>A request in the binary form of OTLP: its resources and scopes as JSON, and its spans, which are read on several processors.</summary>
internal sealed class SpanBytes : IDisposable
{
    private readonly ReadOnlyMemory<byte> _request;
    private readonly List<(int Start, int Length)> _spans = [];
    private readonly ConcurrentBag<IDisposable> _held = [];
    private readonly JsonDocument _document;
    private int _messages;

    /// <summary>Reads all but the spans.</summary>
    /// <exception cref="Files.EventFileException">It is not a request.</exception>
    public SpanBytes(ReadOnlyMemory<byte> request)
    {
        _request = request;
        var json = Hold(new PooledBytes(256));
        try
        {
            new OtlpProtobuf(new Extras(), this).ReadAsJson(request.Span, json);
            _document = Hold(Parse(json));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The request, whose spans are numbers.</summary>
    public JsonElement Root => _document.RootElement;

    /// <summary>How many spans there are.</summary>
    public int Count => _spans.Count;

    /// <summary>Takes the bytes of a span; returns its number.</summary>
    public int Add(ReadOnlySpan<byte> span)
    {
        // Of an empty one no bytes are looked at, so that it may stand anywhere.
        var start = 0;
        if (!span.IsEmpty)
        {
            _request.Span.Overlaps(span, out start);
        }

        _spans.Add((start, span.Length));
        return _spans.Count - 1;
    }

    /// <summary>Reads a few spans; safe for concurrent use. They are valid until this is disposed.</summary>
    /// <exception cref="Files.EventFileException">A span is not one, or the request has too many parts.</exception>
    public IEnumerator<JsonElement> Read(int from, int to)
    {
        var bytes = 0;
        for (var i = from; i < to; i++)
        {
            bytes += _spans[i].Length;
        }

        // The names of members make it longer.
        var json = Hold(new PooledBytes((int)Math.Min(bytes * 2L, Array.MaxLength)));
        var reader = new OtlpProtobuf(new Extras());
        using (var writer = new Utf8JsonWriter(json, EventJson.WriterOptions))
        {
            writer.WriteStartArray();
            for (var i = from; i < to; i++)
            {
                reader.ReadSpan(_request.Span.Slice(_spans[i].Start, _spans[i].Length), writer);
            }

            writer.WriteEndArray();
        }

        return Interlocked.Add(ref _messages, reader.Messages) > OtlpProtobuf.MostMessages
            ? throw OtlpProtobuf.TooMany()
            : Hold(Parse(json)).RootElement.EnumerateArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Documents first, whose text is in the buffers.
        foreach (var held in _held.OfType<JsonDocument>().Concat<IDisposable>(_held.OfType<PooledBytes>()))
        {
            held.Dispose();
        }
    }

    private static JsonDocument Parse(PooledBytes json) => JsonDocument.Parse(json.Written, new JsonDocumentOptions { MaxDepth = EventJson.ReaderOptions.MaxDepth });

    private T Hold<T>(T what)
        where T : IDisposable
    {
        _held.Add(what);
        return what;
    }
}
