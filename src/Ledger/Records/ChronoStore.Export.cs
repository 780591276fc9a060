using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <content>Writing folders.</content>
public sealed partial class ChronoStore
{
    /// <summary>Writes the store as a <c>.chronomemory</c> folder that the reference opens, verifies and continues.</summary>
    /// <remarks>
    /// It is consistent as of one event, even during concurrent writes. Archived events are left out, because the reference's own log begins with
    /// its last compaction; see <see cref="BackupAsync"/>.
    /// </remarks>
    /// <param name="folder">The folder in which <c>.chronomemory</c> is created; it must not have one yet.</param>
    /// <param name="cancellationToken">Cancels the export.</param>
    /// <exception cref="IOException">The folder has a <c>.chronomemory</c> already.</exception>
    /// <exception cref="ChronoErasedException">The text of an event was masked, so that the files would show a broken chain.</exception>
    public Task<ChainHead> ExportAsync(string folder, CancellationToken cancellationToken = default) =>
        WriteFolderAsync(folder, isBackup: false, cancellationToken);

    /// <summary>Writes the store as a folder with everything that <see cref="RestoreAsync(string, CancellationToken)"/> needs, including the archived events.</summary>
    /// <param name="folder">The folder in which <c>.chronomemory</c> is created; it must not have one yet.</param>
    /// <param name="cancellationToken">Cancels the export.</param>
    /// <exception cref="IOException">The folder has a <c>.chronomemory</c> already.</exception>
    /// <exception cref="ChronoErasedException">The text of an event was masked, so that the files would show a broken chain.</exception>
    public Task<ChainHead> BackupAsync(string folder, CancellationToken cancellationToken = default) =>
        WriteFolderAsync(folder, isBackup: true, cancellationToken);

    private async Task<ChainHead> WriteFolderAsync(string folder, bool isBackup, CancellationToken cancellationToken)
    {
        var target = FolderFiles.TargetOf(folder);
        while (true)
        {
            var place = await PlaceAsync(cancellationToken).ConfigureAwait(false);
            if (await _session.FindErasedAsync(isBackup ? 0 : place.ArchivedTo, cancellationToken).ConfigureAwait(false) is { } version)
            {
                throw new ChronoErasedException(_session.Stream, version);
            }

            using var files = FolderFiles.Create(target);
            var live = _session.ReadEventsAsync(place.ArchivedTo + 1, place.Version, cancellationToken);
            await files.WriteAsync(live, ChronoFolder.EventsName, ChronoFolder.SnapshotName, cancellationToken).ConfigureAwait(false);
            if (isBackup)
            {
                var archived = _session.ReadEventsAsync(1, place.ArchivedTo, cancellationToken);
                await files.WriteAsync(archived, ChronoBackup.ArchiveName, ChronoBackup.ArchiveSnapshotName, cancellationToken).ConfigureAwait(false);
                await ChronoBackup.SealAsync(files.Folder, place.Head, cancellationToken).ConfigureAwait(false);
            }

            // A compaction may have removed events meanwhile; then the export starts over.
            var now = await _session.GetPlaceAsync(cancellationToken).ConfigureAwait(false);
            if (now.ArchivedTo == place.ArchivedTo)
            {
                files.Publish();
                return place.Head;
            }
        }
    }
}
