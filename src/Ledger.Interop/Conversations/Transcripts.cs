using Ledger.Interop.Reading;

namespace Ledger.Interop.Conversations;

/// <summary>The conversations of a file: it is one, or each of its lines is.</summary>
internal static class Transcripts
{
    /// <summary>The conversations, which are read again from the file each time.</summary>
    /// <param name="source">The file.</param>
    /// <param name="id">The id of the first; the others get their number.</param>
    /// <param name="cut">Called with the place where the file breaks off.</param>
    public static IReadOnlyList<Transcript> Of(RecordingSource source, string id, Action<long, long> cut)
    {
        var lines = new List<Transcript>();
        if (IsDocument(source))
        {
            // Not kept: many files may be checked before the first is imported.
            return [new Transcript(id, source.ReadDocument)];
        }

        foreach (var line in source.ReadJsonLines(cut))
        {
            var (offset, length, number) = (line.Offset, line.Length, line.Number);
            lines.Add(new Transcript(
                lines.Count == 0 ? id : $"{id}-{lines.Count + 1}",
                () => JsonSource.Parse(source.ReadAt(offset, length), number, "entry", "entries")) { IsLine = true });
        }

        return lines;
    }

    /// <summary>Whether a file is one document, which has several lines.</summary>
    public static bool IsDocument(RecordingSource source)
    {
        using var all = source.ReadLines().GetEnumerator();
        return all.MoveNext() && !JsonSource.IsJson(all.Current.Utf8.Span);
    }
}
