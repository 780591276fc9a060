namespace Ledger.Records.Chronomemory;

/// <content>Reading from disk.</content>
public sealed partial class ChronoFolder
{
    /// <summary>Reads a folder's files.</summary>
    /// <param name="path">The folder itself, or the folder that contains it as <see cref="Name"/>.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="IOException">A file in it is a device, a pipe, a directory or a link to one, or is larger than 1 GiB.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist, or has none of the files.</exception>
    public static async Task<ChronoFolder> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var inner = Path.Combine(path, Name);
        var found = Directory.Exists(inner) ? inner : path;
        var events = await ReadFileAsync(Path.Combine(found, EventsName), cancellationToken).ConfigureAwait(false);
        var snapshot = await ReadFileAsync(Path.Combine(found, SnapshotName), cancellationToken).ConfigureAwait(false);
        return events is null && snapshot is null && found == path
            ? throw new DirectoryNotFoundException($"There is no {Name} folder in '{path}', and no {EventsName}.")
            : Read(events, snapshot);
    }

    internal static Task<ReadOnlyMemory<byte>?> ReadFileAsync(string file, CancellationToken cancellationToken) =>
        PlainFile.ReadAsync(file, cancellationToken);
}
