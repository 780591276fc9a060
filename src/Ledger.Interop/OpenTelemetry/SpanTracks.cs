using System.Security.Cryptography;
using System.Text;
using Ledger.Interop.Conversations;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Reads the spans of a file: a run for each conversation.</summary>
internal static class SpanTracks
{
    /// <summary>Reads the runs, of which the first has an id, and the others begin with it.</summary>
    /// <param name="forms">The format.</param>
    /// <param name="source">The file.</param>
    /// <param name="id">The id.</param>
    public static ForeignRecording Read(SpanForms forms, RecordingSource source, string id)
    {
        var index = SpanIndex.Of(forms, source);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var tracks = new List<Track>();
        foreach (var (name, spans) in index.Conversations())
        {
            var run = new SpanRun(source, index, spans);
            var isFirst = tracks.Count == 0;
            tracks.Add(new Track(IdOf(id, name, ids), extras =>
            {
                if (isFirst && index.Repeated > 0)
                {
                    extras.Add("repeated spans", index.Repeated);
                }

                if (isFirst && index.Others > 0)
                {
                    extras.Add("parts that are no spans, left out", index.Others);
                }

                return run.Read(extras);
            }) { IsUnordered = true });
        }

        var recording = ForeignRecording.Of(forms.Format, null, tracks);
        recording.Cut = index.Cut;
        return recording;
    }

    /// <summary>The id of the run that has the name of a conversation.</summary>
    public static string RunOf(string name) =>
        name.Length <= 100 && Log.TextRules.FaultOf(name) is null && name == name.Trim() ? name : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8));

    // The first conversation of a file stays the first as the file grows.
    private static string IdOf(string id, string name, HashSet<string> ids)
    {
        var full = $"{id}-{RunOf(name)}";
        var run = ids.Count == 0 ? id : full;
        for (var number = 2; !ids.Add(run); number++)
        {
            run = $"{full}-{number}";
        }

        return run;
    }
}
