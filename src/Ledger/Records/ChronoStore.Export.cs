using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <content>Writing folders.</content>
public sealed partial class ChronoStore
{
    /// <summary>Writes the store as a <c>.chronomemory</c> folder that the reference opens, verifies and continues.</summary>
    /// <remarks>
    /// It is as of one event, whoever writes meanwhile. Archived events are not part of it, because the reference's own log begins with
    /// its last compaction; see <see cref="BackupAsync"/>.
    /// </remarks>
    /// <param name="folder">Where <c>.chronomemory</c> is made; there must be none yet.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="IOException">There is such a folder.</exception>
    public Task<ChainHead> ExportAsync(string folder, CancellationToken cancellationToken = default) =>
        WriteFolderAsync(folder, isBackup: false, cancellationToken);

    /// <summary>Writes the store as a folder with everything that <see cref="RestoreAsync(string, CancellationToken)"/> needs: also the archived events.</summary>
    /// <param name="folder">Where <c>.chronomemory</c> is made; there must be none yet.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="IOException">There is such a folder.</exception>
    public Task<ChainHead> BackupAsync(string folder, CancellationToken cancellationToken = default) =>
        WriteFolderAsync(folder, isBackup: true, cancellationToken);

    private async Task<ChainHead> WriteFolderAsync(string folder, bool isBackup, CancellationToken cancellationToken)
    {
        var target = FolderFiles.TargetOf(folder);
        while (true)
        {
            var place = await PlaceAsync(cancellationToken).ConfigureAwait(false);
            using var files = FolderFiles.Create(target);
            var live = _session.ReadEventsAsync(place.ArchivedTo + 1, place.Version, cancellationToken);
            await files.WriteAsync(live, ChronoFolder.EventsName, ChronoFolder.SnapshotName, cancellationToken).ConfigureAwait(false);
            if (isBackup)
            {
                var archived = _session.ReadEventsAsync(1, place.ArchivedTo, cancellationToken);
                await files.WriteAsync(archived, ChronoBackup.ArchiveName, ChronoBackup.ArchiveSnapshotName, cancellationToken).ConfigureAwait(false);
                await ChronoBackup.SealAsync(files.Folder, place.Head, cancellationToken).ConfigureAwait(false);
            }

            // A compaction may have taken events away meanwhile; then it is done again.
            var now = await _session.GetPlaceAsync(cancellationToken).ConfigureAwait(false);
            if (now.ArchivedTo == place.ArchivedTo)
            {
                files.Publish();
                return place.Head;
            }
        }
    }
}
