using Ledger.Explorer.Failures;
using Ledger.Files;
using Ledger.Interop;

namespace Ledger.Cli.Files;

/// <summary>Opens files to import: event files, and recordings of other tools.</summary>
internal static class RecordingFiles
{
    /// <summary>Reads a file once: one recording, or several that belong together.</summary>
    /// <exception cref="RefusalException">The file cannot be read.</exception>
    public static async Task<IReadOnlyList<RecordingFile>> OpenAsync(string path, string format, string? id, IReadOnlyCollection<string> threads, CommandIo io, CancellationToken cancellationToken)
    {
        if (format == ImportCommand.Kando)
        {
            return [await RecordingFile.OfEventsAsync(path, id, io, cancellationToken)];
        }

        try
        {
            if (CheckpointStore.IsAddress(path) || (format is ImportCommand.Auto || format == RecordingFormat.LangGraph.Name) && CheckpointStore.IsSqlite(path))
            {
                var source = await CheckpointStore.ReadAsync(path, threads, cancellationToken);
                return await OpenAsync(source, CheckpointStore.ShownOf(path), RecordingFormat.LangGraph.Name, id ?? CheckpointStore.NameOf(path), io, cancellationToken);
            }

            if (threads.Count > 0)
            {
                throw new UsageException($"--thread is for databases with checkpoints of LangGraph, and '{path}' is not one.");
            }

            if (path == "-")
            {
                var input = await WholeFile.ReadAsync(io.Input, "standard input", cancellationToken);
                io = io with { Input = new MemoryStream(input.ToArray(), writable: false) };
                return await OpenAsync(RecordingSource.OfBytes("standard input", input), path, format, id, io, cancellationToken);
            }

            return await OpenAsync(RecordingSource.OfFile(path), path, format, id, io, cancellationToken);
        }
        catch (EventFileException fault)
        {
            throw new RefusalException($"In '{CheckpointStore.ShownOf(path)}', {char.ToLowerInvariant(fault.Message[0])}{fault.Message[1..]} Nothing was written.", FailureCodes.InvalidInput);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RefusalException($"There is no file '{path}'.", FailureCodes.NotFound);
        }
    }

    private static async Task<IReadOnlyList<RecordingFile>> OpenAsync(
        RecordingSource source, string path, string format, string? id, CommandIo io, CancellationToken cancellationToken)
    {
        try
        {
            var known = RecordingFormat.Find(format) ?? Recordings.Detect(source);
            if (known is null)
            {
                source.Dispose();
                return [await RecordingFile.OfEventsAsync(path, id, io, cancellationToken)];
            }

            return RecordingFile.Of(path, source, Recordings.Read(source, id ?? RecordingFile.NameOf(path), known));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }
}
