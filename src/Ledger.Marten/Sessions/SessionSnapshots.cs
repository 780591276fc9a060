using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Marten.Sessions;

/// <summary>The stored worlds for a session with unsaved events: reads begin with them, and it stores none of a history that has some, because those may never be saved.</summary>
internal sealed class SessionSnapshots(ISnapshotStore stored, SessionReader reader) : ISnapshotStore
{
    public Task<StoredSnapshot?> FindSnapshotAsync(IReadOnlyList<SnapshotLimit> wanted, CancellationToken cancellationToken = default) =>
        stored.FindSnapshotAsync(wanted, cancellationToken);

    public Task<string> BeginSnapshotAsync(CancellationToken cancellationToken = default) => stored.BeginSnapshotAsync(cancellationToken);

    public async Task<SnapshotOutcome> SaveSnapshotAsync(StoredSnapshot snapshot, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        await CheckAsync(snapshot.Stream, cancellationToken).ConfigureAwait(false);
        return await stored.SaveSnapshotAsync(snapshot, cancellationToken).ConfigureAwait(false);
    }

    public async Task DiscardSnapshotAsync(StreamName stream, StreamVersion version, CancellationToken cancellationToken = default)
    {
        await CheckAsync(stream, cancellationToken).ConfigureAwait(false);
        await stored.DiscardSnapshotAsync(stream, version, cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckAsync(StreamName stream, CancellationToken cancellationToken)
    {
        if (await reader.GetHistoryAsync(stream, cancellationToken).ConfigureAwait(false) is { } history && reader.HasUnsaved(history))
        {
            throw new InvalidOperationException(
                "The session has unsaved events of the history, and the world of events that may never be saved is not stored. Nothing was stored; save the session first.");
        }
    }
}
