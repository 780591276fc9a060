using Ledger.Json;
using Ledger.Log;
using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>The work of a shard on the log.</summary>
internal abstract class ShardWork(string name, string kind, PostgresOptions options)
{
    /// <summary>The name of the shard's progress.</summary>
    public string Name { get; } = name;

    /// <summary>Its kind, in one word.</summary>
    public string Kind { get; } = kind;

    protected PostgresOptions Options { get; } = options;

    /// <summary>How often an event is tried again; null for what the daemon's options say.</summary>
    public virtual int? Retries => null;

    /// <summary>The pause before the first retry; null for what the daemon's options say.</summary>
    public virtual TimeSpan? RetryDelay => null;

    /// <summary>What becomes of the shard then; null for what the daemon's options say.</summary>
    public virtual FailurePolicy? OnFailure => null;

    /// <summary>Sets the connections that it may take in addition to that of a batch.</summary>
    public virtual void Begin(IShardConnections connections)
    {
    }

    /// <summary>Where the shard begins while it has no progress.</summary>
    public virtual Task<long> StartAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => Task.FromResult(0L);

    /// <summary>Processes the next events, and moves the progress past them.</summary>
    /// <param name="connections">The connections, of which it holds one as long as it needs it.</param>
    /// <param name="from">Where the shard is.</param>
    /// <param name="ceiling">The mark.</param>
    /// <param name="rows">The most events.</param>
    /// <param name="cancellationToken">Stops it; uncommitted work is done again.</param>
    public virtual Task<ShardPage> RunAsync(IShardConnections connections, long from, long ceiling, int rows, CancellationToken cancellationToken) =>
        connections.UseAsync(connection => RunAsync(connection, from, ceiling, rows, cancellationToken), cancellationToken);

    /// <summary>The same on one connection, by works that do all of it there.</summary>
    public virtual Task<ShardPage> RunAsync(NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The work takes its connections itself.");

    /// <summary>How long to wait before the next batch, so that more events belong to it; not above zero for not at all.</summary>
    public virtual TimeSpan Pause => TimeSpan.Zero;

    /// <summary>How long events may be gathered; a node on which all shards gather looks for events no more often.</summary>
    public virtual TimeSpan Gathers => TimeSpan.Zero;

    /// <summary>The least time between two calls of <see cref="RunDueAsync"/> without events: more where the shards of many tenants share a server.</summary>
    public TimeSpan LeastDue { get; set; }

    /// <summary>In what time <see cref="RunDueAsync"/> should be called, also while there are no events; null for never.</summary>
    public virtual TimeSpan? Due => null;

    /// <summary>Does what is due by the clock.</summary>
    public virtual Task RunDueAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether a failure is of the circumstances, which may change, and nothing is lost by waiting for that: it is logged once, and the shard is not stopped.</summary>
    public virtual bool CanWaitFor(PostgresException fault) => false;

    /// <summary>The longest stored error of a shard, in bytes of JSON.</summary>
    public const int LongestError = 16 * 1024;

    /// <summary>Records the next event as a dead letter, and skips it.</summary>
    public async Task<long> SkipAsync(NpgsqlConnection connection, long from, long ceiling, Exception fault, CancellationToken cancellationToken)
    {
        var colon = Name.IndexOf(':', StringComparison.Ordinal);
        var batch = new NpgsqlBatch(connection) { Timeout = Options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        AddSkip(batch, from, ceiling);
        var letter = new NpgsqlBatchCommand(SqlText.Load("dead_letter", Options.Schemas));
        letter.Parameters
            .WithText(Name[..colon])
            .WithText(Name[(colon + 1)..])
            .With(from, NpgsqlDbType.Bigint)
            .With(ceiling, NpgsqlDbType.Bigint)
            .WithText(fault.GetType().Name)
            .WithText(StorableText.Of(fault.Message, LongestError));
        batch.BatchCommands.Add(letter);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var reached = from;
        do
        {
            // The last result is that of the dead letter.
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                reached = reader.GetFieldType(0) == typeof(long) ? reader.GetInt64(0) : reached;
            }
        }
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));
        return reached;
    }

    /// <summary>Applies the event of a dead letter again, out of its order, and forgets the letter.</summary>
    public abstract Task ReplayAsync(NpgsqlConnection connection, long sequence, Guid letter, CancellationToken cancellationToken);

    /// <summary>Adds the statements that skip the next event without applying it.</summary>
    public virtual void AddSkip(NpgsqlBatch batch, long from, long ceiling)
    {
        var move = new NpgsqlBatchCommand(SqlText.Load("move_shard_by_one", Options.Schemas));
        move.Parameters.WithText(Name).With(from, NpgsqlDbType.Bigint).With(ceiling, NpgsqlDbType.Bigint);
        batch.BatchCommands.Add(move);
    }

    /// <summary>Moves the progress on, where that is all that is written.</summary>
    protected async Task MoveAsync(NpgsqlConnection connection, long from, long to, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("move_shard", Options.Schemas), connection) { CommandTimeout = Options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        command.WithText(Name).With(from, NpgsqlDbType.Bigint).With(to, NpgsqlDbType.Bigint);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a dead letter.</summary>
    protected async Task ForgetAsync(NpgsqlConnection connection, Guid letter, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { BatchCommands = { CreateForget(letter) } };
        await using var _ = batch.ConfigureAwait(false);
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The statement that forgets a dead letter.</summary>
    protected NpgsqlBatchCommand CreateForget(Guid letter)
    {
        var forget = new NpgsqlBatchCommand(SqlText.Load("delete_dead_letter", Options.Schemas));
        forget.Parameters.With(letter, NpgsqlDbType.Uuid);
        return forget;
    }

    /// <summary>The stream of an event, and its version now.</summary>
    protected async Task<(StreamName Stream, StreamVersion Version)> FindStreamAsync(
        NpgsqlConnection connection, long sequence, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("stream_of_event", Options.Schemas), connection).With(sequence, NpgsqlDbType.Bigint);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (new StreamName(reader.GetString(0)), new StreamVersion(reader.GetInt64(1)));
    }
}
