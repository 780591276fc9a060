using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Rendering;
using Microsoft.Extensions.Logging;

namespace Ledger.Explorer.Live;

/// <summary>Events that reached a run one after another, formatted once for all its viewers.</summary>
/// <param name="Stream">The run or branch.</param>
/// <param name="From">The position of the first event that it is about.</param>
/// <param name="Length">The position after the last one.</param>
/// <param name="Events">Those of the events that are wanted.</param>
internal sealed record LiveUpdate(StreamName Stream, Position From, Position Length, IReadOnlyList<RecordedEvent> Events)
{
    /// <summary>The most events of an update.</summary>
    public const int MostEvents = 200;

    // An update of very large events ends early; the next one continues.
    private const long MostBytes = 4 * 1024 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ConcurrentDictionary<string, Lazy<Task<ReadOnlyMemory<byte>>>> _forms = new(StringComparer.Ordinal);

    /// <summary>Reads the next events of a run; fewer than asked for if there are many or they are large.</summary>
    public static async Task<LiveUpdate> ReadAsync(Run run, Position from, Position to, int most, CancellationToken cancellationToken)
    {
        var end = new Position(Math.Min(to.Value, from.Value + most));
        var events = new List<RecordedEvent>();
        var bytes = 0L;
        await foreach (var recorded in run.ReadAsync(from, end, cancellationToken).ConfigureAwait(false))
        {
            events.Add(recorded);
            bytes += recorded.Json.Length;
            if (bytes > MostBytes)
            {
                return new LiveUpdate(run.StreamName, from, new Position(from.Value + events.Count), events);
            }
        }

        return new LiveUpdate(run.StreamName, from, end, events);
    }

    /// <summary>The message for pages: the length, and rows for the list of events.</summary>
    public Task<ReadOnlyMemory<byte>> ForPagesAsync(Links links, ILoggerFactory loggers) => FormAsync(links.Runs, async () =>
    {
        var context = new PageContext(links, "", null, null);
        var rows = await PageRenderer.RenderAsync<LiveRows>(loggers, context, this).ConfigureAwait(false);
        var message = new LiveRowsContract(Length.Value, Length.Value - From.Value, Encoding.UTF8.GetString(rows.Span));
        return Message(message, ContractContext.Default.LiveRowsContract);
    });

    /// <summary>The message for pages that show no events: the length.</summary>
    public Task<ReadOnlyMemory<byte>> ForWatchersAsync() => FormAsync("length", () => Task.FromResult(
        Message(new LiveRowsContract(Length.Value, Length.Value - From.Value, ""), ContractContext.Default.LiveRowsContract)));

    /// <summary>The message for programs: the length, and the events as the API writes them.</summary>
    public Task<ReadOnlyMemory<byte>> ForProgramsAsync() => FormAsync("json", () => Task.FromResult(Message(
        new LiveEventsContract(Stream.Value, From.Value, Length.Value, [.. Events.Select(EventContract.Of)]), ContractContext.Default.LiveEventsContract)));

    /// <summary>A message without data, which moves only the place at which a client that comes back goes on.</summary>
    public ReadOnlyMemory<byte> Mark() => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {Length}\n\n"));

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
