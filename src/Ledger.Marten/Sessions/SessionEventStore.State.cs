using Ledger.Projections;
using Ledger.Snapshots;
using Ledger.Streams;
using Ledger.Tasks;

namespace Ledger.Marten.Sessions;

/// <content>What is kept beside the log is read by the native engine; it stands for what is committed.</content>
internal sealed partial class SessionEventStore : IDocumentReader, ISnapshotStore, ITaskReader
{
    public Task<AggregateState<T>> LoadAsync<T>(Snapshot<T> snapshot, StreamName stream, CancellationToken cancellationToken = default)
        where T : class => native.LoadAsync(snapshot, stream, cancellationToken);

    public Task<T?> LoadAsync<T>(DocumentProjection<T> projection, string id, CancellationToken cancellationToken = default)
        where T : class => native.LoadAsync(projection, id, cancellationToken);

    public Task<StoredSnapshot?> FindSnapshotAsync(IReadOnlyList<SnapshotLimit> wanted, CancellationToken cancellationToken = default) =>
        native.FindSnapshotAsync(wanted, cancellationToken);

    public Task<SnapshotOutcome> SaveSnapshotAsync(StoredSnapshot snapshot, CancellationToken cancellationToken = default) =>
        native.SaveSnapshotAsync(snapshot, cancellationToken);

    public Task DiscardSnapshotAsync(StreamName stream, StreamVersion version, CancellationToken cancellationToken = default) =>
        native.DiscardSnapshotAsync(stream, version, cancellationToken);

    public Task<AgentTask?> FindTaskAsync(string taskId, CancellationToken cancellationToken = default) =>
        native.FindTaskAsync(taskId, cancellationToken);

    public Task<TaskPage> QueryTasksAsync(TaskQuery query, CancellationToken cancellationToken = default) =>
        native.QueryTasksAsync(query, cancellationToken);

    public Task<TaskNode?> GetTaskTreeAsync(string taskId, CancellationToken cancellationToken = default) =>
        native.GetTaskTreeAsync(taskId, cancellationToken);

    public Task<Call?> FindCallAsync(string callId, CancellationToken cancellationToken = default) =>
        native.FindCallAsync(callId, cancellationToken);

    public Task<IReadOnlyList<Call>> ListCallsAsync(CallQuery query, CancellationToken cancellationToken = default) =>
        native.ListCallsAsync(query, cancellationToken);

    public Task<Message?> FindMessageAsync(string messageId, CancellationToken cancellationToken = default) =>
        native.FindMessageAsync(messageId, cancellationToken);

    public Task<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default) =>
        native.ListMessagesAsync(query, cancellationToken);

    public Task<TaskLease?> FindLeaseAsync(string taskId, CancellationToken cancellationToken = default) =>
        native.FindLeaseAsync(taskId, cancellationToken);

    public Task<Recovery> RecoverAsync(CancellationToken cancellationToken = default) => native.RecoverAsync(cancellationToken);
}
