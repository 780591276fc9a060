using Ledger.Log;
using Ledger.Projections;
using Ledger.Tasks;
using Ledger.Worlds;

namespace Ledger.Marten.Sessions;

/// <content>What is kept beside the log is read by the native engine; it stands for what is committed.</content>
internal sealed partial class SessionEventStore : IDocumentReader, ISnapshotStore, ITaskReader
{
    public Task<AggregateState<T>> LoadAsync<T>(Snapshot<T> snapshot, StreamName stream, CancellationToken cancellationToken = default)
        where T : class => engine.LoadAsync(snapshot, stream, cancellationToken);

    public Task<T?> LoadAsync<T>(DocumentProjection<T> projection, string id, CancellationToken cancellationToken = default)
        where T : class => engine.LoadAsync(projection, id, cancellationToken);

    public Task<StoredSnapshot?> FindSnapshotAsync(IReadOnlyList<SnapshotLimit> wanted, CancellationToken cancellationToken = default) =>
        engine.FindSnapshotAsync(wanted, cancellationToken);

    public Task<SnapshotOutcome> SaveSnapshotAsync(StoredSnapshot snapshot, CancellationToken cancellationToken = default) =>
        engine.SaveSnapshotAsync(snapshot, cancellationToken);

    public Task DiscardSnapshotAsync(StreamName stream, StreamVersion version, CancellationToken cancellationToken = default) =>
        engine.DiscardSnapshotAsync(stream, version, cancellationToken);

    public Task<AgentTask?> FindTaskAsync(string taskId, CancellationToken cancellationToken = default) =>
        engine.FindTaskAsync(taskId, cancellationToken);

    public Task<TaskPage> QueryTasksAsync(TaskQuery query, CancellationToken cancellationToken = default) =>
        engine.QueryTasksAsync(query, cancellationToken);

    public Task<TaskNode?> GetTaskTreeAsync(string taskId, CancellationToken cancellationToken = default) =>
        engine.GetTaskTreeAsync(taskId, cancellationToken);

    public Task<Call?> FindCallAsync(string callId, CancellationToken cancellationToken = default) =>
        engine.FindCallAsync(callId, cancellationToken);

    public Task<IReadOnlyList<Call>> ListCallsAsync(CallQuery query, CancellationToken cancellationToken = default) =>
        engine.ListCallsAsync(query, cancellationToken);

    public Task<Message?> FindMessageAsync(string messageId, CancellationToken cancellationToken = default) =>
        engine.FindMessageAsync(messageId, cancellationToken);

    public Task<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default) =>
        engine.ListMessagesAsync(query, cancellationToken);

    public Task<TaskLease?> FindLeaseAsync(string taskId, CancellationToken cancellationToken = default) =>
        engine.FindLeaseAsync(taskId, cancellationToken);

    public Task<Recovery> RecoverAsync(CancellationToken cancellationToken = default) => engine.RecoverAsync(cancellationToken);
}
