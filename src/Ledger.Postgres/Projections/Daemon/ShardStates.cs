using Ledger.Log;
using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>The state of shards in the database: their owners, whether they may run, and their positions.</summary>
internal sealed class ShardStates(PostgresOptions options)
{
    /// <summary>Takes the given shards whose locks are free, up to a limit.</summary>
    public Task<List<string>> TryOwnAsync(NpgsqlConnection connection, string[] names, int most, CancellationToken cancellationToken) =>
        ListAsync(
            connection,
            "own_shards",
            p => p.WithTexts(names).With(most, NpgsqlDbType.Integer),
            reader => reader.GetString(0),
            cancellationToken);

    /// <summary>Releases the lock of a shard.</summary>
    public Task GiveUpAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, "give_up_shard", p => p.WithText(name), cancellationToken);

    /// <summary>Announces to other nodes which shards this session's node can run.</summary>
    public Task StandForAsync(NpgsqlConnection connection, string[] names, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, "stand_for_shards", p => p.WithTexts(names), cancellationToken);

    /// <summary>How many nodes can run some shards, and which of them are owned.</summary>
    public Task<List<ShardCandidates>> ReadCandidatesAsync(
        NpgsqlConnection connection, string[] names, CancellationToken cancellationToken) => ListAsync(
            connection,
            "shard_candidates",
            p => p.WithTexts(names),
            reader => new ShardCandidates(reader.GetString(0), reader.GetInt32(1), reader.GetBoolean(2)),
            cancellationToken);

    /// <summary>Records the owner of a shard, and creates its progress if it has none.</summary>
    public async Task BeginAsync(NpgsqlConnection connection, ShardWork work, string node, CancellationToken cancellationToken)
    {
        var known = await ListAsync(
            connection, "shard_position", p => p.WithText(work.Name), reader => reader.GetInt64(0), cancellationToken).ConfigureAwait(false);
        var start = known.Count == 0 ? await work.StartAsync(connection, cancellationToken).ConfigureAwait(false) : 0;
        await ExecuteAsync(
            connection,
            "begin_shard",
            p => p.WithText(work.Name).WithText(work.Kind).WithText(node).With(start, NpgsqlDbType.Bigint),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The position of a shard.</summary>
    public async Task<long> ReadPositionAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken) =>
        (await ListAsync(connection, "shard_position", p => p.WithText(name), reader => reader.GetInt64(0), cancellationToken)
            .ConfigureAwait(false))[0];

    /// <summary>Which of some shards may not run: they are paused, or have failed.</summary>
    public async Task<HashSet<string>> ReadStoppedAsync(NpgsqlConnection connection, string[] names, CancellationToken cancellationToken) =>
        [.. await ListAsync(connection, "stopped_shards", p => p.WithTexts(names), reader => reader.GetString(0), cancellationToken)
            .ConfigureAwait(false)];

    /// <summary>Stops a shard until it is resumed.</summary>
    public Task FailAsync(NpgsqlConnection connection, string name, long position, string error, CancellationToken cancellationToken) =>
        NoteAsync(connection, name, "failed", position, error, cancellationToken);

    /// <summary>Saves the last error of a shard that continues.</summary>
    public Task NoteAsync(NpgsqlConnection connection, string name, long position, string error, CancellationToken cancellationToken) =>
        NoteAsync(connection, name, "running", position, error, cancellationToken);

    /// <summary>Records the first time that a shard has caught up with the log.</summary>
    public Task CatchUpAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, "catch_up_shard", p => p.WithText(name), cancellationToken);

    /// <summary>The numbers of the log.</summary>
    public Task<LogNumbers> ReadNumbersAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        LogNumbers.ReadAsync(connection, options, cancellationToken);

    public async Task<long> ReadMarkAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await ListAsync(
            connection, "shard_position", p => p.WithText(ShardNames.Mark), reader => reader.GetInt64(0), cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? 0 : found[0];
    }

    public Task SaveMarkAsync(NpgsqlConnection connection, long mark, CancellationToken cancellationToken) => ExecuteAsync(
        connection, "save_mark", p => p.WithText(ShardNames.Mark).With(mark, NpgsqlDbType.Bigint), cancellationToken);

    /// <summary>How every shard is doing, sorted by name.</summary>
    public Task<List<ShardStatus>> ListAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ListAsync(connection, "list_shards", p => p.WithText(ShardNames.Mark), Read, cancellationToken);

    private static ShardStatus Read(NpgsqlDataReader reader)
    {
        var status = ReadStored(reader);
        var drawn = reader.GetInt64(11);
        return status.Position.Value <= drawn
            ? status
            : status with
            {
                State = ShardState.Failed,
                Error = LogNumbersException.ReaderBeyond($"'{status.Name}'", status.Position.Value, drawn).Message,
                ErrorSequence = null,
            };
    }

    private static ShardStatus ReadStored(NpgsqlDataReader reader) => new(
        reader.GetString(0),
        reader.GetString(1),
        reader.GetString(2) switch
        {
            "paused" => ShardState.Paused,
            "failed" => ShardState.Failed,
            _ => ShardState.Running,
        },
        new SequenceNumber(reader.GetInt64(3)),
        reader.GetInt64(4),
        reader.GetTimeSpan(5),
        reader.IsDBNull(6) ? null : reader.GetString(6))
    {
        Error = reader.IsDBNull(7) ? null : reader.GetString(7),
        ErrorSequence = reader.IsDBNull(8) ? null : new SequenceNumber(reader.GetInt64(8)),
        ErrorAt = reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9),
        DeadLetters = reader.GetInt64(10),
    };

    private Task NoteAsync(
        NpgsqlConnection connection, string name, string state, long position, string error, CancellationToken cancellationToken) => ExecuteAsync(
            connection,
            "fail_shard",
            p => p.WithText(name).WithText(state).WithText(error).With(position, NpgsqlDbType.Bigint),
            cancellationToken);

    private async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, Action<NpgsqlParameterCollection> add, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load(sql, options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        add(command.Parameters);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<T>> ListAsync<T>(
        NpgsqlConnection connection,
        string sql,
        Action<NpgsqlParameterCollection> add,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load(sql, options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        add(command.Parameters);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var items = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            items.Add(read(reader));
        }

        return items;
    }
}
