using Ledger.Chrono;

namespace Ledger.Cli.Chrono;

/// <summary>Finds and reads the files of a <c>.chronomemory</c> folder.</summary>
internal static class ChronoFiles
{
    /// <param name="folder">The folder itself, or one that holds it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<ChronoFolder> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        var inner = Path.Combine(folder, ChronoFolder.Name);
        var found = Directory.Exists(inner) ? inner : folder;
        var events = await ReadFileAsync(Path.Combine(found, ChronoFolder.EventsName), cancellationToken);
        var snapshot = await ReadFileAsync(Path.Combine(found, ChronoFolder.SnapshotName), cancellationToken);
        return events is null && snapshot is null && found == folder
            ? throw new RefusalException($"There is no {ChronoFolder.Name} folder in '{folder}', and no {ChronoFolder.EventsName}.")
            : ChronoFolder.Read(events, snapshot);
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadFileAsync(string file, CancellationToken cancellationToken) =>
        File.Exists(file) ? (ReadOnlyMemory<byte>?)await File.ReadAllBytesAsync(file, cancellationToken) : null;
}
