using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Output;

/// <summary>Writes standard output: lines for people, or one JSON document.</summary>
/// <remarks>Buffered, but on a terminal each line appears at once. Control characters in data never reach a terminal.</remarks>
internal sealed class Printer(TextWriter text, Stream output, int? width, bool colours)
{
    private const int BufferBytes = 32 * 1024;

    private static readonly JsonWriterOptions JsonOptions = new()
    {
        Encoder = ReadableJsonEncoder.Instance,
        MaxDepth = int.MaxValue,
        SkipValidation = true,
    };

    // A writer of a stream takes its encoder from the options of its contract.
    private static readonly Lazy<ContractContext> Streamed = new(() => new ContractContext(new JsonSerializerOptions(ContractContext.Default.Options)
    {
        Encoder = ReadableJsonEncoder.Instance,
        MaxDepth = 1_024,
    }));

    private readonly StringBuilder _line = new();
    private int _columns;

    /// <summary>Writes to the standard output of a command; text is UTF-8 without a byte-order mark.</summary>
    public static Printer On(CommandIo io) => new(
        new StreamWriter(io.Output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferBytes, leaveOpen: true) { NewLine = "\n" },
        io.Output,
        io.OutputWidth,
        io.OutputWidth is not null && io.AllowsColours);

    /// <summary>The underlying text writer, for texts of many lines.</summary>
    public TextWriter Text => text;

    /// <summary>Whether a person reads it.</summary>
    public bool IsTerminal => width is not null;

    /// <summary>Adds a piece to the line.</summary>
    public Printer Add(string piece, Tone tone = Tone.Plain)
    {
        var shown = Printable.Of(piece);
        var code = colours && shown.Length > 0 ? Code(tone) : null;
        _columns += shown.Length;
        _line.Append(code).Append(shown).Append(code is null ? null : "\e[0m");
        return this;
    }

    /// <summary>Adds the last piece, cut to the remaining width of the terminal.</summary>
    public Printer AddRest(string piece, Tone tone = Tone.Plain) => AddCut(piece, 1, tone);

    /// <summary>Adds the last piece but one, cut to half of the remaining width.</summary>
    public Printer AddHalf(string piece, Tone tone = Tone.Plain) => AddCut(piece, 2, tone);

    private Printer AddCut(string piece, int parts, Tone tone)
    {
        var left = width is { } columns ? Math.Max((columns - _columns) / parts, 8) : int.MaxValue;
        if (piece.Length <= left)
        {
            return Add(piece, tone);
        }

        // Not within a character.
        var kept = left - (char.IsHighSurrogate(piece[left - 2]) ? 2 : 1);
        return Add(string.Concat(piece.AsSpan(0, kept), "…"), tone);
    }

    /// <summary>Ends the line.</summary>
    public void EndLine()
    {
        text.Write(_line);
        text.WriteLine();
        _line.Clear();
        _columns = 0;
        if (width is not null)
        {
            text.Flush();
        }
    }

    /// <summary>Writes a line of one piece.</summary>
    public void Line(string piece, Tone tone = Tone.Plain) => Add(piece, tone).EndLine();

    /// <summary>Writes a line that names a fact.</summary>
    public void Fact(string label, string value, Tone tone = Tone.Plain) => Add($"{label} : ").Add(value, tone).EndLine();

    /// <summary>Writes a JSON document and a line end.</summary>
    public void Json<T>(T document, JsonTypeInfo<T> type)
    {
        text.Flush();
        using (var writer = new Utf8JsonWriter(output, JsonOptions))
        {
            JsonSerializer.Serialize(writer, document, type);
        }

        output.WriteByte((byte)'\n');
    }

    /// <summary>A JSON document as text in one line.</summary>
    public static string TextOf<T>(T document, JsonTypeInfo<T> type) => Encoding.UTF8.GetString(BytesOf(document, type).Span);

    /// <summary>A thing as the JSON that would be printed of it.</summary>
    public static JsonDocument DocumentOf<T>(T thing, JsonTypeInfo<T> type) =>
        JsonDocument.Parse(BytesOf(thing, type), new JsonDocumentOptions { MaxDepth = 1_024 });

    private static ReadOnlyMemory<byte> BytesOf<T>(T thing, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonOptions))
        {
            JsonSerializer.Serialize(writer, thing, type);
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Writes a JSON document that is text already, in its own spelling, and a line end.</summary>
    public void RawJson(string document)
    {
        text.Flush();
        output.Write(Encoding.UTF8.GetBytes(document));
        output.WriteByte((byte)'\n');
    }

    /// <summary>Streams a JSON document with constant memory; its lists are written as they are read.</summary>
    public async Task JsonAsync<T>(T document, Func<ContractContext, JsonTypeInfo<T>> type, CancellationToken cancellationToken)
    {
        await text.FlushAsync(cancellationToken);
        await JsonSerializer.SerializeAsync(output, document, type(Streamed.Value), cancellationToken);
        output.WriteByte((byte)'\n');
    }

    /// <summary>Streams one JSON array, one item per line, with constant memory.</summary>
    public Task JsonArrayAsync<T>(IAsyncEnumerable<T> items, JsonTypeInfo<T> type) => JsonItemsAsync(items, type, "[\n", ",\n", "\n]\n", "[]\n");

    /// <summary>Streams JSON documents, one per line, with constant memory.</summary>
    public Task JsonLinesAsync<T>(IAsyncEnumerable<T> items, JsonTypeInfo<T> type) => JsonItemsAsync(items, type, "", "\n", "\n", "");

    private async Task JsonItemsAsync<T>(IAsyncEnumerable<T> items, JsonTypeInfo<T> type, string before, string between, string after, string none)
    {
        await text.FlushAsync();
        var buffer = new ArrayBufferWriter<byte>(BufferBytes);
        await using var writer = new Utf8JsonWriter(buffer, JsonOptions);
        var isFirst = true;
        await foreach (var item in items)
        {
            buffer.Write(Encoding.UTF8.GetBytes(isFirst ? before : between));
            isFirst = false;
            writer.Reset();
            JsonSerializer.Serialize(writer, item, type);
            writer.Flush();
            if (buffer.WrittenCount > BufferBytes)
            {
                await output.WriteAsync(buffer.WrittenMemory);
                buffer.ResetWrittenCount();
            }
        }

        buffer.Write(Encoding.UTF8.GetBytes(isFirst ? none : after));
        await output.WriteAsync(buffer.WrittenMemory);
    }

    /// <summary>Streams lines that are already JSON, each with its line end.</summary>
    public async Task JsonLinesAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> lines)
    {
        await text.FlushAsync();
        var buffer = new ArrayBufferWriter<byte>(BufferBytes);
        await foreach (var line in lines)
        {
            buffer.Write(line.Span);
            if (buffer.WrittenCount > BufferBytes)
            {
                await output.WriteAsync(buffer.WrittenMemory);
                buffer.ResetWrittenCount();
            }
        }

        await output.WriteAsync(buffer.WrittenMemory);
    }

    /// <summary>Flushes everything written so far.</summary>
    public async Task FlushAsync()
    {
        await text.FlushAsync();
        await output.FlushAsync();
    }

    private static string? Code(Tone tone) => tone switch
    {
        Tone.Name => "\e[1m",
        Tone.Faint => "\e[2m",
        Tone.Added => "\e[32m",
        Tone.Removed => "\e[31m",
        Tone.Changed => "\e[33m",
        _ => null,
    };
}
