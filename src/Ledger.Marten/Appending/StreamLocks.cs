using System.Text;
using JasperFx.Events;
using Ledger.Log;
using Ledger.Marten.Branches;
using Ledger.Postgres;
using Ledger.Postgres.Log;
using Marten;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Marten.Appending;

/// <summary>The steps of an append before Marten's: create the streams, lock them, and read them and the ids, each in its own statement.</summary>
/// <remarks>The statements are one round trip. In READ COMMITTED each sees what was committed while the one before waited for its locks.</remarks>
internal sealed class StreamLocks
{
    private readonly Dictionary<string, LockedStream> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, KnownEvent> _known = [];

    private StreamLocks()
    {
    }

    /// <summary>The time of the last event that the branch shares.</summary>
    public DateTimeOffset SharedUntil { get; private set; }

    /// <summary>A stream that was locked.</summary>
    public LockedStream this[StreamName stream] => _streams[stream.Value];

    /// <summary>Creates streams, locks them, and looks ids up.</summary>
    /// <param name="connection">The session's, in its transaction.</param>
    /// <param name="store">Where the tables are, and which inline projections follow.</param>
    /// <param name="streams">The streams.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="branch">The branch that is created under the locks, and may be refused, or null.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<StreamLocks> TakeAsync(
        NpgsqlConnection connection,
        StoreConfiguration store,
        string[] streams,
        Guid[] ids,
        BranchRows? branch,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var locks = new StreamLocks();
            await locks.ReadAsync(connection, store, streams, streams, ids, branch, cancellationToken).ConfigureAwait(false);
            if (locks._streams.Count == streams.Length)
            {
                return locks;
            }

            // Another transaction deleted a stream between its creation and its lock.
        }
    }

    /// <summary>Creates missing streams, and locks the existing ones.</summary>
    /// <param name="connection">The session's, in its transaction.</param>
    /// <param name="store">Where the tables are, and which inline projections follow.</param>
    /// <param name="created">The streams to create where they are missing.</param>
    /// <param name="streams">The streams to lock.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<StreamLocks> TakeAsync(
        NpgsqlConnection connection,
        StoreConfiguration store,
        string[] created,
        string[] streams,
        CancellationToken cancellationToken)
    {
        var locks = new StreamLocks();
        await locks.ReadAsync(connection, store, created, streams, [], null, cancellationToken).ConfigureAwait(false);
        return locks;
    }

    /// <summary>Adds the unsaved appends of the session.</summary>
    public void Add(StreamAction pending, Ledger.Log.EventRegistry registry, ISerializer serializer)
    {
        if (_streams.TryGetValue(pending.Key!, out var stream))
        {
            foreach (var (appended, index) in pending.Events.Select((appended, index) => (appended, index)))
            {
                if (appended.Timestamp == default)
                {
                    // Marten would set it when it saves, after the times of the events that Ledger appends meanwhile.
                    appended.Timestamp = stream.NextTime;
                }

                _known[appended.Id] = new KnownEvent(
                    new StreamName(pending.Key!),
                    stream.Version + index + 1,
                    0,
                    UnsavedEvents.TypeOf(appended),
                    UnsavedEvents.JsonOf(appended, registry, serializer));
            }

            var last = pending.Events.Select(appended => appended.Timestamp).Append(stream.LastTime).Max();
            _streams[pending.Key!] = stream with { Version = stream.Version + pending.Events.Count, LastTime = last };
        }
    }

    /// <summary>A stream, if it was there.</summary>
    public LockedStream? Find(string stream) => _streams.TryGetValue(stream, out var found) ? found : null;

    /// <summary>Where the log has an event with this id, or null.</summary>
    public KnownEvent? Find(Guid id) => _known.TryGetValue(id, out var found) ? found : null;

    private async Task ReadAsync(
        NpgsqlConnection connection,
        StoreConfiguration store,
        string[] created,
        string[] streams,
        Guid[] ids,
        BranchRows? branch,
        CancellationToken cancellationToken)
    {
        var options = store.Ledger;
        var batch = new NpgsqlBatch(connection) { Timeout = options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        Add(batch, "lock_projections", options).WithTexts(store.Projections.Keys ?? []);
        Add(batch, "create_streams", options).WithTexts(created);
        Add(batch, "lock_streams", options).WithTexts(streams);
        Add(batch, "read_streams", options).WithTexts(streams);
        Add(batch, "find_ids", options).With(ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        if (branch is not null)
        {
            batch.BatchCommands.Add(branch.Check());
        }

        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);

        // After the locks of the projections and of the streams; inserts have no result.
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            _streams[reader.GetString(0)] = new LockedStream(
                reader.GetInt64(1),
                reader.GetBoolean(2),
                reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetFieldValue<DateTimeOffset>(4));
        }

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            _known[reader.GetGuid(0)] = new KnownEvent(
                new StreamName(reader.GetString(1)), reader.GetInt64(2), reader.GetInt64(3), reader.GetString(4), Encoding.UTF8.GetBytes(reader.GetString(5)));
        }

        if (branch is not null)
        {
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            SharedUntil = await branch.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
        }

        // Only the end of the results shows that every statement succeeded.
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
        }
    }

    private static NpgsqlParameterCollection Add(NpgsqlBatch batch, string sql, PostgresOptions options)
    {
        var command = new NpgsqlBatchCommand(MartenSql.Load(sql, options.Schemas));
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }
}
