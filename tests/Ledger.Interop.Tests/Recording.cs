using System.Text;
using System.Text.Json;
using Ledger.Files;
using Ledger.Log;

namespace Ledger.Interop.Tests;

/// <summary>A recording written in a test, and what it becomes.</summary>
internal static class Recording
{
    public static ForeignRecording Read(string text, RecordingFormat? format = null) => Read(Encoding.UTF8.GetBytes(text), format);

    public static ForeignRecording Read(byte[] bytes, RecordingFormat? format = null) => Recordings.Read(RecordingSource.OfBytes("a file", bytes), "r", format);

    /// <summary>What a recording becomes.</summary>
    public static string Text(this ForeignRecording read)
    {
        var text = new StringBuilder($"{read.Format} {read.Version}".TrimEnd() + $"\n{read.Totals}\n");
        text.Append(string.Concat(read.Extra.Select(e => $"extra: {e.Value} × {e.Key}\n")));
        foreach (var recording in read.Recordings)
        {
            text.Append('\n').Append(recording.Branch is null ? "run" : "branch").Append(' ').Append(recording.Id).Append('\n').Append(recording.Lines());
        }

        return text.ToString();
    }

    /// <summary>The events of a run or branch, one a line: id, type, causes, data.</summary>
    public static string Lines(this EventRecording recording) => string.Join('\n', recording.Read().Select(Line)) + "\n";

    public static string Line(NewEvent item)
    {
        var written = EventRegistry.Default.Write(item);
        return $"{item.Metadata.ForeignId} {written.Type} <{string.Join(' ', item.Metadata.ForeignCauses)}> {Encoding.UTF8.GetString(written.Json.Span)}";
    }

    public static async Task<(AgentLedger Ledger, IReadOnlyList<ImportResult> Results)> ImportAsync(this ForeignRecording recording)
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        return (ledger, await recording.ImportAsync(ledger));
    }

    /// <summary>All texts of a value that say something, for the law that none is dropped.</summary>
    public static IEnumerable<string> Texts(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(m => Texts(m.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Texts),
        JsonValueKind.String when json.GetString() is { Length: > 0 } text => [text],
        _ => [],
    };
}
