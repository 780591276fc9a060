using System.Security.Cryptography;
using System.Text;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Reads the spans of a file: a run for each conversation.</summary>
internal static class SpanTracks
{
    /// <summary>Reads the runs, of which the first has an id, and the others begin with it; without one each has the name of its conversation.</summary>
    /// <param name="forms">The format.</param>
    /// <param name="source">The file.</param>
    /// <param name="id">The id, or null.</param>
    /// <param name="others">What was counted before; null for nothing.</param>
    /// <param name="known">The conversations of traces that began elsewhere; null for none.</param>
    public static ForeignRecording Read(SpanForms forms, RecordingSource source, string? id, Extras? others = null, TraceConversations? known = null)
    {
        var index = SpanIndex.Of(forms, source);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var tracks = new List<Track>();
        foreach (var (name, spans) in index.Conversations(known))
        {
            var run = new SpanRun(source, index, spans);
            var isFirst = tracks.Count == 0;
            tracks.Add(new Track(IdOf(id, name, ids), extras =>
            {
                if (isFirst && others is not null)
                {
                    extras.Add(others);
                }

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

    // The first conversation of a file stays the first as the file grows.
    private static string IdOf(string? id, string name, HashSet<string> ids)
    {
        var of = name.Length <= 100 && Log.TextRules.FaultOf(name) is null && name == name.Trim() ? name : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8));
        var full = id is null ? of : $"{id}-{of}";
        var run = ids.Count == 0 && id is not null ? id : full;
        for (var number = 2; !ids.Add(run); number++)
        {
            run = $"{full}-{number}";
        }

        return run;
    }
}
