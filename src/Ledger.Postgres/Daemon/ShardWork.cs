using Npgsql;
using NpgsqlTypes;
using Ledger.Postgres.Streams;

namespace Ledger.Postgres.Daemon;

/// <summary>What a shard does with the log.</summary>
internal abstract class ShardWork(string name, string kind, PostgresOptions options)
{
    /// <summary>The name of the shard's progress.</summary>
    public string Name { get; } = name;

    /// <summary>What it is, in a word.</summary>
    public string Kind { get; } = kind;

    protected PostgresOptions Options { get; } = options;

    /// <summary>Where the shard begins while it has no progress.</summary>
    public virtual Task<long> StartAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => Task.FromResult(0L);

    /// <summary>Does what there is to do for the next events, and moves the progress behind them.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="from">Where the shard is.</param>
    /// <param name="ceiling">The mark.</param>
    /// <param name="rows">The most events.</param>
    /// <param name="cancellationToken">Stops it; what was not committed is done again.</param>
    public abstract Task<ShardPage> RunAsync(
        NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken);

    /// <summary>Records the next event as a dead letter, and goes past it.</summary>
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
            .WithText(fault.Message);
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

    /// <summary>Adds what goes past the next event without applying it.</summary>
    protected abstract void AddSkip(NpgsqlBatch batch, long from, long ceiling);
}
