using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Searching;

/// <summary>Writes the index of the search after the events.</summary>
internal sealed class SearchIndexShard(PostgresOptions options, TimeProvider timeProvider) : ShardWork(SearchRows.Shard, KindName, options)
{
    /// <summary>The kind of the shard.</summary>
    public const string KindName = "search";

    // Each batch touches hundreds of places of the index, so that few events are gathered. As long as a batch, so that a filled log is indexed in half of the time.
    private static readonly TimeSpan Gathered = TimeSpan.FromMilliseconds(250);

    // Until then a rewritten event is looked at by every search, which finds it all the same.
    private static readonly TimeSpan RewrittenEvery = TimeSpan.FromSeconds(10);

    private readonly SearchRows _rows = new(options);
    private long _lookedAt;

    public override TimeSpan Pause => Gathered;

    public override TimeSpan Gathers => Gathered;

    public override TimeSpan? Due => _lookedAt == 0 ? TimeSpan.Zero : RewrittenEvery - timeProvider.GetElapsedTime(_lookedAt);

    public override Task<ShardPage> RunAsync(NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken) =>
        _rows.IndexAsync(connection, from, ceiling, rows, cancellationToken);

    public override async Task RunDueAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await _rows.IndexRewrittenAsync(connection, cancellationToken).ConfigureAwait(false);
        _lookedAt = timeProvider.GetTimestamp();
    }

    // A role that may not write it, a schema that is not migrated yet, a full disk: searches look at the events then.
    public override bool CanWaitFor(PostgresException fault) => fault.SqlState is
        PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedFunction
        or PostgresErrorCodes.DiskFull;

    // The event has an entry without keys, so that every search looks at it.
    public override Task ReplayAsync(NpgsqlConnection connection, long sequence, Guid letter, CancellationToken cancellationToken) =>
        ForgetAsync(connection, letter, cancellationToken);

    public override void AddSkip(NpgsqlBatch batch, long from, long ceiling)
    {
        var skip = new NpgsqlBatchCommand(SqlText.Load("skip_search", Options.Schemas));
        skip.Parameters.With(from, NpgsqlDbType.Bigint).With(ceiling, NpgsqlDbType.Bigint);
        batch.BatchCommands.Add(skip);
        base.AddSkip(batch, from, ceiling);
    }
}
