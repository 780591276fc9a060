using System.Runtime.CompilerServices;
using JasperFx.Events;
using Ledger.Marten.Records;
using Ledger.Postgres.Log;
using Marten;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Marten.Appending;

/// <summary>State of a session until it is saved: the streams that it has locked, and what follows Marten's insert.</summary>
internal sealed class PendingSave : ITransactionParticipant
{
    private static readonly ConditionalWeakTable<IDocumentSession, PendingSave> Sessions = [];
    private readonly HashSet<string> _locked = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _remembered = [];
    private readonly Dictionary<string, NpgsqlBatchCommand> _inserts = new(StringComparer.Ordinal);
    private readonly StoreConfiguration _store;
    private readonly HashSet<StreamAction> _written = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<StreamName, Func<CancellationToken, Task>> _afterCommit = [];
    private IReadOnlyList<StreamAction> _saved = [];
    private bool _projectsWorlds;

    private PendingSave(IDocumentSession session, StoreConfiguration store)
    {
        _store = store;
        ((ITransactionParticipantRegistrar)session).AddTransactionParticipant(this);
    }

    /// <summary>The pending save of a session.</summary>
    public static PendingSave Of(IDocumentSession session, StoreConfiguration store) =>
        Sessions.GetValue(session, key => new PendingSave(key, store));

    /// <summary>The pending save of a session that has locked a stream or has appended something, or null.</summary>
    public static PendingSave? Find(IDocumentSession session) => Sessions.TryGetValue(session, out var pending) ? pending : null;

    /// <summary>Has a save end the session's transaction, with its locks, even if it has nothing to write: Marten would not even commit.</summary>
    public static void EndTransaction(IDocumentSession session, StoreConfiguration store)
    {
        if (!session.PendingChanges.Operations().Any() && session.PendingChanges.Streams().All(stream => stream.Events.Count == 0))
        {
            session.QueueSqlCommand(MartenSql.Load("end_transaction", store.Ledger.Schemas));
        }
    }

    /// <summary>What the session has still to save to record stores.</summary>
    public PendingRecords Records { get; } = new();

    /// <summary>Whether the session's transaction has begun, with locks that it keeps until it is saved.</summary>
    public bool HasLocks => _locked.Count > 0;

    /// <summary>Whether a stream is locked by the session's transaction.</summary>
    public bool IsLocked(string stream) => _locked.Contains(stream);

    /// <summary>Records that streams are locked.</summary>
    public void SetLocked(IEnumerable<string> streams) => _locked.UnionWith(streams);

    /// <summary>Keeps something until the session is saved.</summary>
    public void Remember(IDisposable remembered) => _remembered.Add(remembered);

    /// <summary>Adds an insert that the save makes after Marten's, if it saves events of the stream.</summary>
    public void Add(StreamName stream, NpgsqlBatchCommand insert) => _inserts[stream.Value] = insert;

    /// <summary>Whether the save puts a stream into the tree of branches.</summary>
    public bool IsForked(string stream) => _inserts.ContainsKey(stream);

    /// <summary>Whether events are committed that Marten still shows as pending: it clears them after its listeners, or not at all if one of those fails.</summary>
    public bool IsWritten(StreamAction stream) => _written.Contains(stream);

    /// <summary>Does something for a stream once the session is saved; it must not throw.</summary>
    public void DoAfterCommit(StreamName stream, Func<CancellationToken, Task> what) => _afterCommit[stream] = what;

    /// <summary>Has the save write the rows of worlds.</summary>
    public void ProjectWorlds() => _projectsWorlds = true;

    /// <summary>Records what the save that begins now appends, if anything. After it, with success or failure, its transaction and the locks are gone.</summary>
    public void Begin(IReadOnlyList<StreamAction> saved)
    {
        _saved = saved;
        _locked.Clear();
        _written.IntersectWith(saved);
    }

    /// <summary>Clears the state of the last save, and does what waited for it.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        _written.UnionWith(_saved);
        _remembered.ForEach(remembered => remembered.Dispose());
        _remembered.Clear();
        _inserts.Clear();
        Records.Clear();
        _saved = [];
        _projectsWorlds = false;
        Func<CancellationToken, Task>[] due = [.. _afterCommit.Values];
        _afterCommit.Clear();
        foreach (var what in due)
        {
            await what(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the rows of record stores, sets the time of the streams' last event, tags the events, and runs Ledger's own inline projections.</summary>
    public async Task BeforeCommitAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken token)
    {
        if (_saved.Count == 0)
        {
            return;
        }

        try
        {
            await Records.WriteRowsAsync(_saved, connection, transaction, _store.Ledger, token).ConfigureAwait(false);
            var inserts = _saved.Where(stream => _inserts.ContainsKey(stream.Key!)).Select(stream => _inserts[stream.Key!]);
            await (_projectsWorlds ? _store.Projections : _store.WithoutWorlds).ApplyAsync(
                [.. inserts, FinishStreams()], connection, transaction, _store.Ledger.CommandTimeoutSeconds, token).ConfigureAwait(false);
        }
        catch
        {
            // Marten would write a tombstone for every event that has a number, although no reader needs one.
            foreach (var appended in _saved.SelectMany(stream => stream.Events))
            {
                appended.Sequence = 0;
            }

            throw;
        }
    }

    /// <summary>Notes that the events are committed, before any listener is told.</summary>
    public Task AfterCommitAsync(CancellationToken token)
    {
        _written.UnionWith(_saved);
        return Task.CompletedTask;
    }

    private NpgsqlBatchCommand FinishStreams()
    {
        var command = new NpgsqlBatchCommand(MartenSql.Load("finish_streams", _store.Ledger.Schemas));
        command.Parameters
            .WithTexts([.. _saved.Select(stream => stream.Key!)])
            .With(_saved.Select(stream => stream.Events[^1].Timestamp.UtcDateTime).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz)
            .With(_saved.SelectMany(stream => stream.Events).Select(appended => appended.Id).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        return command;
    }
}
