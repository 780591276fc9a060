using System.Text.Json;
using Ledger.Interop.Conversations;
using Ledger.Interop.Detecting;
using Ledger.Interop.OpenTelemetry;
using Ledger.Interop.Reading;

namespace Ledger.Interop.LangGraph;

/// <summary>Reads checkpoints of LangGraph: a run for each thread, and a branch for each graph in another and for each fork.</summary>
internal sealed class LangGraphReader : FormatReader
{
    public override RecordingFormat Format => RecordingFormat.LangGraph;

    public override string Shape => "lines with 'thread_id', 'checkpoint_ns', 'checkpoint_id' and 'checkpoint'";

    public override double FitOfLine(JsonElement line) => Has(line, "thread_id", "checkpoint_ns", "checkpoint_id", "checkpoint");

    public override double FitOfDocument(JsonElement document) => FitOfLine(document);

    public override ForeignRecording Read(RecordingSource source, string id)
    {
        (long, long)? cut = null;
        string? version = null;
        var names = new List<string>();
        var places = new Dictionary<string, List<LinePlace>>(StringComparer.Ordinal);
        foreach (var line in source.ReadJsonObjects((number, column) => cut = (number, column)))
        {
            var thread = line.Json.Text("thread_id") ?? "";
            if (!places.TryGetValue(thread, out var ofThread))
            {
                places[thread] = ofThread = [];
                names.Add(thread);
            }

            ofThread.Add(new LinePlace(line.Offset, line.Length, line.Number));
            version ??= line.Json.Member("checkpoint").Member("v") is { ValueKind: JsonValueKind.Number } v ? $"version {v.GetRawText()}" : null;
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        var recording = ForeignRecording.Of(Format, version, [.. names.SelectMany(name => TracksOf(source, places[name], RunOf(id, name, ids)))]);
        recording.Cut = cut;
        return recording;
    }

    private static IEnumerable<Track> TracksOf(RecordingSource source, IReadOnlyList<LinePlace> places, string run)
    {
        var thread = new LangGraphThread(source, places, run);
        foreach (var _ in thread.Read(new Extras()))
        {
            // Finds the branches.
        }

        // What tasks have written after the last checkpoint changes as the thread goes on.
        return new SpooledTracks(extras => new LangGraphThread(source, places, run).Read(extras)).Of(thread.TrackIds).Select(track => track with { IsUnordered = true });
    }

    // A database gets further threads, and loses old ones, so that the first one has no other name than the others.
    private static string RunOf(string id, string thread, HashSet<string> ids)
    {
        var run = thread.Length == 0 ? id : $"{id}-{SpanTracks.RunOf(thread)}";
        for (var number = 2; !ids.Add(run); number++)
        {
            run = $"{id}-{SpanTracks.RunOf(thread)}-{number}";
        }

        return run;
    }
}
