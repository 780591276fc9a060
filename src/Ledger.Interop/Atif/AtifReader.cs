using System.Text.Json;
using Ledger.Interop.Conversations;
using Ledger.Interop.Detecting;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Atif;

/// <summary>Reads trajectories in ATIF, 1.0 to 1.7. Trajectories of subagents inside are runs of their own, which the results that name them are linked with; those in files of their own are linked when the log has both.</summary>
internal sealed class AtifReader : FormatReader
{
    public override RecordingFormat Format => RecordingFormat.Atif;

    public override string Shape => "an object with 'schema_version' such as ATIF-v1.4, 'agent' and 'steps'";

    public override double FitOfLine(JsonElement line) => line.ValueKind == JsonValueKind.Object ? FitOfDocument(line) : 0;

    public override double FitOfDocument(JsonElement document) =>
        document.Text("schema_version")?.StartsWith("ATIF-v", StringComparison.Ordinal) == true && document.Member("steps").ValueKind == JsonValueKind.Array
            ? 1
            : Has(document, "schema_version", "agent", "steps") * 0.9;

    public override ForeignRecording Read(RecordingSource source, string id)
    {
        (long, long)? cut = null;
        var whole = Transcripts.Of(source, id, (line, column) => cut = (line, column));
        var tracks = new List<Track>();
        var links = new Dictionary<string, AtifLinks>(StringComparer.Ordinal);
        string? version = null;
        foreach (var transcript in whole)
        {
            var document = transcript.Read();
            version ??= document.Text("schema_version");
            tracks.AddRange(TracksOf(document, transcript.Id, transcript.Read, links));
        }

        var recording = ForeignRecording.Of(Format, version, tracks);
        recording.Cut = cut;
        recording.Links = [.. links.Values];
        return recording;
    }

    // A trajectory, and those of its subagents, each named after the one that it belongs to.
    private static IEnumerable<Track> TracksOf(JsonElement document, string id, Func<JsonElement> read, Dictionary<string, AtifLinks> links)
    {
        var subagents = document.Items("subagent_trajectories").Where(s => s.ValueKind == JsonValueKind.Object).ToList();
        var ids = AtifTrajectory.RunsOf(subagents, id);
        yield return new Track(id, extras =>
        {
            var trajectory = new AtifTrajectory(read(), ids, extras);
            var events = trajectory.Read();
            links[id] = new AtifLinks(id, trajectory.Names, trajectory.References);
            return events;
        });
        for (var i = 0; i < subagents.Count; i++)
        {
            var index = i;
            foreach (var track in TracksOf(
                subagents[i], ids[i].Run, () => read().Items("subagent_trajectories").Where(s => s.ValueKind == JsonValueKind.Object).ElementAt(index), links))
            {
                yield return track;
            }
        }
    }
}
