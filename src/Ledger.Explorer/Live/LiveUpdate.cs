using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Rendering;
using Microsoft.Extensions.Logging;

namespace Ledger.Explorer.Live;

/// <summary>The events that reached a run within a tick, formatted once for all its viewers.</summary>
/// <param name="Stream">The run or branch.</param>
/// <param name="Length">Its length after the events.</param>
/// <param name="Events">The events; empty if there were too many to show one by one.</param>
internal sealed record LiveUpdate(StreamName Stream, Position Length, IReadOnlyList<RecordedEvent> Events)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ConcurrentDictionary<string, Lazy<Task<ReadOnlyMemory<byte>>>> _forms = new(StringComparer.Ordinal);

    /// <summary>The message for pages: the length, and rows for the list of events.</summary>
    public Task<ReadOnlyMemory<byte>> ForPagesAsync(Links links, ILoggerFactory loggers) => FormAsync(links.Runs, async () =>
    {
        var context = new PageContext(links, "", null, null);
        var rows = await PageRenderer.RenderAsync<LiveRows>(loggers, context, this).ConfigureAwait(false);
        var message = new LiveRowsContract(Length.Value, Events.Count, Encoding.UTF8.GetString(rows.Span));
        return Message(message, ContractContext.Default.LiveRowsContract);
    });

    /// <summary>The message for programs: the length, and the events as the API writes them.</summary>
    public Task<ReadOnlyMemory<byte>> ForProgramsAsync() => FormAsync("json", () => Task.FromResult(Message(
        new LiveEventsContract(Stream.Value, Length.Value, [.. Events.Select(EventContract.Of)]), ContractContext.Default.LiveEventsContract)));

    private Task<ReadOnlyMemory<byte>> FormAsync(string name, Func<Task<ReadOnlyMemory<byte>>> make) =>
        _forms.GetOrAdd(name, _ => new Lazy<Task<ReadOnlyMemory<byte>>>(make)).Value;

    private ReadOnlyMemory<byte> Message<T>(T message, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>(4_096);
        buffer.Write("id: "u8);
        buffer.Write(Encoding.ASCII.GetBytes(Length.ToString()));
        buffer.Write("\nevent: events\ndata: "u8);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            JsonSerializer.Serialize(writer, message, type);
        }

        buffer.Write("\n\n"u8);
        return buffer.WrittenMemory;
    }
}
