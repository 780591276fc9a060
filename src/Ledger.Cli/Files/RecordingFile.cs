using Ledger.Cli.Events;
using Ledger.Cli.Output;
using Ledger.Files;

namespace Ledger.Cli.Files;

/// <summary>A file to import, kept open until it is imported.</summary>
internal sealed class RecordingFile(string path, EventRecording recording, EventLines? lines = null) : IDisposable
{
    public string Path => path;

    public EventRecording Recording => recording;

    /// <summary>Where the file was cut off, or null.</summary>
    public (long Line, long Column)? Cut { get; } = lines?.Cut;

    /// <summary>The parts of the file that no event carries, by name, with their counts.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> LeftOut { get; private init; } = [];

    /// <summary>The left-out parts as a sentence, or null.</summary>
    public string? LeftOutSentence => LeftOut.Count == 0
        ? null
        : $"Left out: {string.Join(", ", LeftOut.Select(l => $"{Printable.Number(l.Value)} × {l.Key}"))}.";

    /// <summary>The cut as a sentence, or null.</summary>
    public string? CutSentence => Cut is { } cut
        ? $"'{path}' was cut off in line {cut.Line}, column {cut.Column}, after {Printable.Count(recording.EventCount, "event")}. "
            + "Import the whole file to continue after them."
        : null;

    /// <summary>Reads an event file once.</summary>
    /// <exception cref="RefusalException">A line that is not the last is not an event.</exception>
    public static async Task<RecordingFile> OfEventsAsync(string path, string? id, CommandIo io, CancellationToken cancellationToken)
    {
        var lines = await EventLines.OpenForTwoReadingsAsync(path, io, cancellationToken);
        try
        {
            var recording = EventRecording.Inspect(NameOf(path), () => lines.ReadRecording(cancellationToken), id);
            return new RecordingFile(path, recording, lines);
        }
        catch
        {
            lines.Dispose();
            throw;
        }
    }

    /// <summary>Reads a trajectory: a run, and its other attempts as branches.</summary>
    /// <exception cref="RefusalException">The file is not a trajectory.</exception>
    public static async Task<IReadOnlyList<RecordingFile>> OfTrajectoryAsync(string path, string? id, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            var read = Trajectory.ReadRecording(await WholeFile.ReadAsync(stream, $"'{path}'", cancellationToken), id ?? NameOf(path));
            return [.. read.Recordings.Select((r, i) => new RecordingFile(path, r) { LeftOut = i == 0 ? read.LeftOut : [] })];
        }
        catch (EventFileException fault)
        {
            throw new RefusalException(
                $"In '{path}', {char.ToLowerInvariant(fault.Message[0])}{JsonFault.Reason(fault.Message)[1..]} Nothing was written.");
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RefusalException($"There is no file '{path}'.");
        }
    }

    /// <summary>Expands paths to files; a folder stands for its files with the given extension.</summary>
    /// <exception cref="RefusalException">A folder has no such file.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> paths, string ending) =>
    [
        .. paths.SelectMany(path => !Directory.Exists(path)
            ? [path]
            : Directory.EnumerateFiles(path, $"*{ending}").Order(StringComparer.Ordinal).ToList() is { Count: > 0 } files
                ? files
                : throw new RefusalException($"There is no file *{ending} in the folder '{path}'.")),
    ];

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

    public void Dispose() => lines?.Dispose();

    private static string NameOf(string path) =>
        path == "-" ? "standard-input" : System.IO.Path.GetFileNameWithoutExtension(path) is { Length: > 0 } name ? name : path;
}
