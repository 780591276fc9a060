using Ledger.Postgres.Runs;
using Npgsql;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Brings the summaries of the runs and branches in the log up to date.</summary>
/// <remarks>A summary is a function of its stream and version, so that readers and other nodes may write the same ones meanwhile.</remarks>
internal sealed class RunSummaryShard(PostgresOptions options) : ShardWork(RunRows.Shard, "runs", options)
{
    private readonly RunRows _rows = new(options);

    public override async Task<ShardPage> RunAsync(
        NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var (reached, events, streams) = await _rows.ReadPageAsync(connection, from, ceiling, rows, cancellationToken).ConfigureAwait(false);
        await _rows.CatchUpAsync(connection, streams, cancellationToken).ConfigureAwait(false);
        await MoveAsync(connection, from, reached, cancellationToken).ConfigureAwait(false);
        return new ShardPage(reached, events);
    }

    public override async Task ReplayAsync(NpgsqlConnection connection, long sequence, Guid letter, CancellationToken cancellationToken)
    {
        var (stream, _) = await FindStreamAsync(connection, sequence, cancellationToken).ConfigureAwait(false);
        await _rows.RebuildAsync(connection, [stream.Value], cancellationToken).ConfigureAwait(false);
        await ForgetAsync(connection, letter, cancellationToken).ConfigureAwait(false);
    }
}
