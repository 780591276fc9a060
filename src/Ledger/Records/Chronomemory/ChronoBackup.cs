using System.Security.Cryptography;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Records.Chronomemory;

/// <summary>A backup folder: the reference's files, those of the archive, and a list with their checksums.</summary>
/// <param name="Log">The stream's own events.</param>
/// <param name="Archive">The events that compactions removed from it; null for none.</param>
internal sealed record ChronoBackup(ChronoFolder Log, ChronoFolder? Archive)
{
    public const string ArchiveName = "archive.wal";
    public const string ArchiveSnapshotName = "archive.json";
    private const string ListName = "backup.json";

    private static readonly string[] Names = [ChronoFolder.EventsName, ChronoFolder.SnapshotName, ArchiveName, ArchiveSnapshotName];

    /// <summary>Writes the list of the folder's files.</summary>
    public static async Task SealAsync(string folder, ChainHead head, CancellationToken cancellationToken)
    {
        var hashes = new List<(string Name, string Hash)>();
        foreach (var name in Names)
        {
            var file = Path.Combine(folder, name);
            if (PlainFile.Exists(file))
            {
                hashes.Add((name, await HashAsync(file, cancellationToken).ConfigureAwait(false)));
            }
        }

        var list = EventJson.ToText(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("head", head.ToString());
            writer.WriteStartObject("sha256");
            hashes.ForEach(h => writer.WriteString(h.Name, h.Hash));
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
        await File.WriteAllTextAsync(Path.Combine(folder, ListName), list + "\n", cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="DirectoryNotFoundException">The folder is not a backup.</exception>
    /// <exception cref="DamagedBackupException">A file of the backup is missing or was changed.</exception>
    public static async Task<ChronoBackup> ReadAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var inner = Path.Combine(path, ChronoFolder.Name);
        var folder = Directory.Exists(inner) ? inner : path;
        await CheckAsync(folder, cancellationToken).ConfigureAwait(false);
        var log = await ReadAsync(folder, ChronoFolder.EventsName, ChronoFolder.SnapshotName, cancellationToken).ConfigureAwait(false);
        var archive = await ReadAsync(folder, ArchiveName, ArchiveSnapshotName, cancellationToken).ConfigureAwait(false);
        return new ChronoBackup(log, archive.Lines.Count == 0 && archive.Snapshot is null ? null : archive);
    }

    private static async Task<ChronoFolder> ReadAsync(string folder, string events, string snapshot, CancellationToken cancellationToken) =>
        ChronoFolder.Read(
            await ChronoFolder.ReadFileAsync(Path.Combine(folder, events), cancellationToken).ConfigureAwait(false),
            await ChronoFolder.ReadFileAsync(Path.Combine(folder, snapshot), cancellationToken).ConfigureAwait(false));

    private static async Task CheckAsync(string folder, CancellationToken cancellationToken)
    {
        var list = await ChronoFolder.ReadFileAsync(Path.Combine(folder, ListName), cancellationToken).ConfigureAwait(false)
            ?? throw new DirectoryNotFoundException(
                $"There is no {ListName} in '{folder}', so it is not a backup. A folder of chronomemory can be imported.");
        var expected = ReadList(list, folder);
        foreach (var name in Names)
        {
            var file = Path.Combine(folder, name);
            var hash = PlainFile.Exists(file) ? await HashAsync(file, cancellationToken).ConfigureAwait(false) : null;
            if (hash != expected.GetValueOrDefault(name))
            {
                throw new DamagedBackupException(file);
            }
        }
    }

    private static Dictionary<string, string> ReadList(ReadOnlyMemory<byte> utf8, string folder)
    {
        try
        {
            var hashes = EventJson.ParseElement(utf8).GetProperty("sha256");
            return hashes.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new DamagedBackupException(Path.Combine(folder, ListName));
        }
    }

    private static async Task<string> HashAsync(string file, CancellationToken cancellationToken)
    {
        var stream = File.OpenRead(file);
        await using var _ = stream.ConfigureAwait(false);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
    }
}
