using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Searching;

/// <summary>Writes the index of the search after the events.</summary>
internal sealed class SearchIndexShard(PostgresOptions options, TimeProvider timeProvider, ILogger logger) : ShardWork(SearchRows.Shard, KindName, options)
{
    /// <summary>The kind of the shard.</summary>
    public const string KindName = "search";

    // Each batch touches hundreds of places of the index, so that few events are gathered. As long as a batch, so that a filled log is indexed in half of the time.
    private static readonly TimeSpan Gathered = TimeSpan.FromMilliseconds(250);

    // Until then a rewritten event is looked at by every search, which finds it all the same.
    private static readonly TimeSpan RewrittenEvery = TimeSpan.FromSeconds(10);

    // Fewer are indexed before anybody could read that they are.
    private const long Many = 100_000;

    private readonly SearchRows _rows = new(options);
    private Backlog? _backlog;
    private long _lookedAt;

    public override TimeSpan Pause => Gathered;

    public override TimeSpan Gathers => Gathered;

    public override TimeSpan? Due => _lookedAt == 0 ? TimeSpan.Zero : (LeastDue > RewrittenEvery ? LeastDue : RewrittenEvery) - timeProvider.GetElapsedTime(_lookedAt);

    public override async Task<ShardPage> RunAsync(NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        // In a schema of many tenants the numbers are those of all.
        if (ceiling - from >= Many && _backlog is null && Options.Tenancy == Tenancy.Single)
        {
            _backlog = new Backlog(from, ceiling, 0);
            LogMessages.SearchIndexBegins(logger, ceiling - from, (ceiling - from) * SearchRows.BytesOfEvent >> 20);
        }

        var page = await _rows.IndexAsync(connection, from, ceiling, rows, cancellationToken).ConfigureAwait(false);
        if (_backlog is { } backlog && backlog.TenthsAt(page.Reached) is var tenths && tenths > backlog.Tenths)
        {
            _backlog = tenths < 10 ? backlog with { Tenths = tenths } : null;
            LogMessages.SearchIndexGrows(logger, tenths * 10);
        }

        return page;
    }

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

    /// <summary>What a filled log had when it began to be indexed.</summary>
    private sealed record Backlog(long From, long To, int Tenths)
    {
        public int TenthsAt(long reached) => (int)Math.Min((reached - From) * 10 / (To - From), 10);
    }
}
