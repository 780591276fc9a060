using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Marten.Sessions;

/// <summary>The stored worlds for a session with unsaved events: its reads begin with them, and it stores none, because its events may never be saved.</summary>
internal sealed class SessionSnapshots(ISnapshotStore stored) : ISnapshotStore
{
    public Task<StoredSnapshot?> FindSnapshotAsync(IReadOnlyList<SnapshotLimit> wanted, CancellationToken cancellationToken = default) =>
        stored.FindSnapshotAsync(wanted, cancellationToken);

    public Task<string> BeginSnapshotAsync(CancellationToken cancellationToken = default) => throw Refusal();

    public Task<SnapshotOutcome> SaveSnapshotAsync(StoredSnapshot snapshot, CancellationToken cancellationToken = default) => throw Refusal();

    public Task DiscardSnapshotAsync(StreamName stream, StreamVersion version, CancellationToken cancellationToken = default) => throw Refusal();

    private static InvalidOperationException Refusal() =>
        new("The session has unsaved events, and the world of events that may never be saved is not stored. Nothing was stored; save the session first.");
}
