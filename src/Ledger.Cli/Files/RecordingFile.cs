using Ledger.Cli.Events;
using Ledger.Cli.Output;
using Ledger.Explorer.Failures;
using Ledger.Files;
using Ledger.Interop;

namespace Ledger.Cli.Files;

/// <summary>A file to import. It is not open until it is imported, as there may be many; input that cannot be opened twice is.</summary>
internal sealed class RecordingFile(string path, EventRecording recording, EventLines? lines = null, RecordingSource? source = null) : IDisposable
{
    public string Path => path;

    public EventRecording Recording => recording;

    /// <summary>The run or branch that it becomes.</summary>
    public StreamName Stream { get; } = recording.Branch is null ? StreamName.Run(recording.Id) : StreamName.Branch(recording.Id);

    /// <summary>Where the file was cut off, or null.</summary>
    public (long Line, long Column)? Cut { get; private init; }

    /// <summary>The recording of another tool that this is the first run of, or null.</summary>
    public ForeignRecording? Found { get; private init; }

    /// <summary>The members of the file without a place of their own, by name, with their counts.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Extra { get; private init; } = [];

    /// <summary>These members as a sentence, or null.</summary>
    public string? ExtraSentence => Extra.Count == 0
        ? null
        : $"Kept under 'extra': {string.Join(", ", Extra.Select(l => $"{Printable.Number(l.Value)} × {l.Key}"))}.";

    /// <summary>The cut as a sentence, or null.</summary>
    public string? CutSentence => Cut is { } cut
        ? $"'{path}' was cut off in line {cut.Line}, column {cut.Column}, after {Printable.Count(Found?.Totals.Events ?? recording.EventCount, "event")}. "
            + "Import the whole file to continue after them."
        : null;

    /// <summary>Reads an event file once.</summary>
    /// <exception cref="RefusalException">A line that is not the last is not an event.</exception>
    public static async Task<RecordingFile> OfEventsAsync(string path, string? id, CommandIo io, CancellationToken cancellationToken)
    {
        var lines = await EventLines.OpenForTwoReadingsAsync(path, io, cancellationToken);
        try
        {
            var isChecked = false;
            var recording = EventRecording.Inspect(
                NameOf(path), () => isChecked && lines.CanReopen ? ReadAgain(path, io, cancellationToken) : lines.ReadRecording(cancellationToken), id);
            isChecked = true;
            if (!lines.CanReopen)
            {
                return new RecordingFile(path, recording, lines) { Cut = lines.Cut };
            }

            lines.Dispose();
            return new RecordingFile(path, recording) { Cut = lines.Cut };
        }
        catch
        {
            lines.Dispose();
            throw;
        }
    }

    /// <summary>The runs and branches of a recording that was read.</summary>
    public static IReadOnlyList<RecordingFile> Of(string path, RecordingSource source, ForeignRecording recording) =>
    [
        .. recording.Recordings.Select((r, i) => new RecordingFile(path, r, source: source)
        {
            Found = i == 0 ? recording : null,
            Extra = i == 0 ? recording.Extra : [],
            Cut = i == 0 ? recording.Cut : null,
        }),
    ];

    /// <summary>Expands paths to files; a folder stands for its files with one of the extensions.</summary>
    /// <exception cref="RefusalException">A folder has no such file.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> paths, params string[] endings) =>
    [
        .. paths.SelectMany(path => !Directory.Exists(path)
            ? [path]
            : Directory.EnumerateFiles(path).Where(f => endings.Any(e => f.EndsWith(e, StringComparison.Ordinal))).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } files
                ? files
                : throw new RefusalException($"There is no file {string.Join(" or ", endings.Select(e => $"*{e}"))} in the folder '{path}'.", FailureCodes.NotFound)),
    ];

    /// <summary>Refuses recordings that would be written to one run or branch.</summary>
    /// <exception cref="RefusalException">There are such; the message names the files.</exception>
    public static void RefuseSameStreams(IEnumerable<RecordingFile> files)
    {
        if (files.GroupBy(f => f.Stream).FirstOrDefault(group => group.Skip(1).Any()) is not { } same)
        {
            return;
        }

        var paths = same.Select(f => f.Path).Distinct(StringComparer.Ordinal).ToList();
        throw new RefusalException(paths.Count == 1
            ? $"'{same.Key}' would be imported twice from '{paths[0]}'. Nothing was written; name the file once, or split it."
            : $"'{same.Key}' would be imported from '{paths[0]}' and from '{paths[1]}'. Nothing was written; import one of them with another --id.");
    }

    /// <summary>Puts parents before their branches.</summary>
    public static IReadOnlyList<RecordingFile> ParentsFirst(IReadOnlyList<RecordingFile> files)
    {
        var ordered = new List<RecordingFile>();
        var left = files.ToList();
        while (left.Count > 0)
        {
            var ids = left.Select(f => f.Recording.Id).ToHashSet(StringComparer.Ordinal);
            var ready = left.Where(f => f.Recording.Branch is not { } branch || !ids.Contains(branch.ParentRunId)).ToList();

            // Branches that are each other's parents are refused later, when they are imported.
            ordered.AddRange(ready.Count > 0 ? ready : left);
            left = [.. left.Except(ordered)];
        }

        return ordered;
    }

    private static IEnumerable<NewEvent> ReadAgain(string path, CommandIo io, CancellationToken cancellationToken)
    {
        using var lines = EventLines.Open(path, io);
        foreach (var item in lines.ReadRecording(cancellationToken))
        {
            yield return item;
        }
    }

    public void Dispose()
    {
        lines?.Dispose();
        source?.Dispose();
    }

    /// <summary>The id of a run that has none: the name of its file.</summary>
    public static string NameOf(string path)
    {
        var name = path == "-" ? "standard-input" : System.IO.Path.GetFileNameWithoutExtension(path);
        return name.Length == 0 ? path : name.Length > 5 && name.EndsWith(".traj", StringComparison.Ordinal) ? name[..^5] : name;
    }
}
