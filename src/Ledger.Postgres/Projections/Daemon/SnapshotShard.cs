using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Projections.Subscriptions;
using Ledger.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Maintains the documents of streams: reads pages of the log in order, folds them by stream, and writes each document once a batch.</summary>
/// <remarks>
/// A document is a function of its stream and version, so a newer one is not overwritten. While pages are full a batch has several, the next one is read in the
/// meantime, and the states of the last batch are cached; a failure, or a move by another node, clears the cache.
/// </remarks>
internal sealed class SnapshotShard : ShardWork
{
    private const int FewEvents = 100;
    private const int MostDocuments = 10_000;

    private readonly TimeSpan _batchTime;
    private readonly TimeProvider _timeProvider;
    private readonly ISnapshot _snapshot;
    private readonly DocumentStatements _statements;
    private readonly ShardWork _apart;
    private readonly LogPages _pages;
    private readonly string _load;
    private readonly string _loadPage;
    private readonly string _write;
    private readonly string _move;
    private Dictionary<string, (object State, long Version)> _states = new(StringComparer.Ordinal);
    private (long From, int Rows, Task<(List<RecordedEvent> Events, long Reached)> Reading)? _ahead;
    private IShardConnections? _connections;
    private long _position = -1;

    public SnapshotShard(Projection projection, PostgresOptions options, TimeSpan batchTime, GapTimeout gaps, TimeProvider timeProvider)
        : base(ShardNames.Of(projection), "snapshot", options)
    {
        _batchTime = batchTime;
        _timeProvider = timeProvider;
        _snapshot = (ISnapshot)projection;
        _statements = new DocumentStatements(_snapshot, options.Schemas);
        _apart = new ProjectionShard(projection, options, gaps);
        _pages = new LogPages(options, gaps, new EventFilter { StreamPrefix = projection.StreamPrefix });
        _load = _statements.Load("load_snapshots");
        _loadPage = _statements.Load("page_snapshots");
        _write = _statements.Load("write_newer_snapshots");
        _move = SqlText.Load("move_alone", options.Schemas);
    }

    public override void Begin(IShardConnections connections) => (_connections, _ahead, _position) = (connections, null, -1);

    public override async Task<ShardPage> RunAsync(
        NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var isKnown = _position == from;
        _position = -1;
        if (!isKnown)
        {
            _states.Clear();
        }

        var started = _timeProvider.GetTimestamp();
        var folds = new Dictionary<string, (IStateFold Fold, long Version)>(StringComparer.Ordinal);
        var (reached, count) = (from, 0L);
        do
        {
            var isShort = ceiling - reached <= FewEvents;
            var (events, next) = isShort
                ? await TakeShortAsync(connection, reached, ceiling, rows, cancellationToken).ConfigureAwait(false)
                : await TakeAsync(connection, reached, ceiling, rows, cancellationToken).ConfigureAwait(false);
            reached = next;
            if (reached < ceiling)
            {
                ReadAhead(reached, ceiling, rows, cancellationToken);
            }

            if (!isShort)
            {
                await LoadAsync(connection, events, folds, cancellationToken).ConfigureAwait(false);
            }

            Fold(events, folds);
            count += reached < ceiling ? rows : events.Count;
        }
        while (IsLong(reached, ceiling, rows, folds.Count) && _timeProvider.GetElapsedTime(started) < _batchTime);

        var documents = folds.ToDictionary(f => f.Key, f => (f.Value.Fold.State, f.Value.Version), StringComparer.Ordinal);
        await WriteAsync(connection, documents, from, reached, cancellationToken).ConfigureAwait(false);
        _states = reached < ceiling ? documents : new(StringComparer.Ordinal);
        _position = reached;
        return new ShardPage(reached, count);
    }

    /// <summary>Whether a batch continues with the next page: only while pages have full length, so that a failed batch can be cut down.</summary>
    private static bool IsLong(long reached, long ceiling, int rows, int documents) =>
        reached < ceiling && rows >= BatchSize.Largest && documents < MostDocuments;

    public override Task ReplayAsync(NpgsqlConnection connection, long sequence, Guid letter, CancellationToken cancellationToken)
    {
        _position = -1;
        return _apart.ReplayAsync(connection, sequence, letter, cancellationToken);
    }

    public override void AddSkip(NpgsqlBatch batch, long from, long ceiling) => _apart.AddSkip(batch, from, ceiling);

    /// <summary>Reads a page with the documents of its streams in one round trip: near the end of the log latency matters more.</summary>
    private Task<(List<RecordedEvent> Events, long Reached)> TakeShortAsync(
        NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        _ahead = null;
        return _pages.ReadAsync(
            connection, from, ceiling, rows, _loadPage, reader => ReadDocumentsAsync(reader, cancellationToken), cancellationToken);
    }

    private async Task<(List<RecordedEvent> Events, long Reached)> TakeAsync(
        NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        if (_ahead is { } ahead && ahead.From == from && ahead.Rows <= rows)
        {
            _ahead = null;
            return await ahead.Reading.ConfigureAwait(false);
        }

        // A page that is no longer wanted ends by itself.
        _ahead = null;
        return await _pages.ReadAsync(connection, from, ceiling, rows, cancellationToken).ConfigureAwait(false);
    }

    private void ReadAhead(long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var reading = _connections?.TryUse(
            connection => Task.Run(() => _pages.ReadAsync(connection, from, ceiling, rows, cancellationToken), CancellationToken.None),
            cancellationToken);
        _ahead = reading is null ? null : (from, rows, reading);
    }

    private void Fold(List<RecordedEvent> events, Dictionary<string, (IStateFold Fold, long Version)> folds)
    {
        foreach (var recorded in events)
        {
            var stream = recorded.Stream.Value;
            if (!folds.TryGetValue(stream, out var fold))
            {
                if (!_states.TryGetValue(stream, out var found))
                {
                    // A branch.
                    continue;
                }

                fold = (_snapshot.BeginFold(found.State), found.Version);
            }

            if (recorded.Version.Value > fold.Version)
            {
                fold.Fold.Apply(recorded);
                fold.Version = recorded.Version.Value;
                folds[stream] = fold;
            }
        }
    }

    /// <summary>Reads the documents of the streams of some events that are not known yet.</summary>
    private async Task LoadAsync(
        NpgsqlConnection connection,
        List<RecordedEvent> events,
        Dictionary<string, (IStateFold Fold, long Version)> folds,
        CancellationToken cancellationToken)
    {
        var missing = new HashSet<string>(StringComparer.Ordinal);
        foreach (var recorded in events)
        {
            var stream = recorded.Stream.Value;
            if (!folds.ContainsKey(stream) && !_states.ContainsKey(stream))
            {
                missing.Add(stream);
            }
        }

        if (missing.Count == 0)
        {
            return;
        }

        var command = new NpgsqlCommand(_load, connection) { CommandTimeout = Options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        command.With(missing.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await ReadDocumentsAsync(reader, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReadDocumentsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            _states[reader.GetString(0)] = reader.IsDBNull(1)
                ? (_snapshot.Initial, 0)
                : (_snapshot.Read(reader.GetFieldValue<byte[]>(2)), reader.GetInt64(1));
        }
    }

    private async Task WriteAsync(
        NpgsqlConnection connection,
        Dictionary<string, (object State, long Version)> documents,
        long from,
        long reached,
        CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = Options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        var move = new NpgsqlBatchCommand(_move);
        move.Parameters.WithText(_snapshot.Key).WithText(Name).With(from, NpgsqlDbType.Bigint).With(reached, NpgsqlDbType.Bigint);
        batch.BatchCommands.Add(move);
        if (documents.Count > 0)
        {
            var write = new NpgsqlBatchCommand(_write);
            write.Parameters
                .With(documents.Keys.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
                .With(documents.Values.Select(d => _snapshot.Write(d.State)).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
                .With(documents.Values.Select(d => d.Version).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
                .WithText(_snapshot.ClrType);
            batch.BatchCommands.Add(write);
        }

        await ProjectionTransaction.SendAsync(batch, cancellationToken).ConfigureAwait(false);
    }
}
