using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Inline;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Writes the rows of worlds after the events, where appends leave them to the daemon.</summary>
/// <remarks>Rows are a function of the log, so that readers and other nodes may write the same ones meanwhile. Each stream is a transaction.</remarks>
internal sealed class WorldRowsShard(PostgresOptions options) : ShardWork(ShardNames.Of(LedgerProjections.World), "worlds", options)
{
    // A stream is locked for as long as its events take.
    private const long MostAtOnce = 1_000;

    // Streams whose statements go together.
    private const int Together = 50;

    // A statement costs as much as tens of events, so that these are gathered.
    private static readonly TimeSpan Gathered = TimeSpan.FromSeconds(1);

    private bool _isFar;

    public override TimeSpan Pause => _isFar ? TimeSpan.Zero : Gathered;

    public override TimeSpan Gathers => Gathered;

    public override async Task<ShardPage> RunAsync(
        NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var (page, streams) = await ReadAsync(connection, from, ceiling, rows, cancellationToken).ConfigureAwait(false);
        foreach (var part in streams.Chunk(Together))
        {
            for (var left = part; left.Length > 0;)
            {
                left = await WriteAsync(connection, left, cancellationToken).ConfigureAwait(false);
            }
        }

        await MoveAsync(connection, from, page.Reached, cancellationToken).ConfigureAwait(false);
        _isFar = page.Reached < ceiling;
        return page;
    }

    public override async Task ReplayAsync(NpgsqlConnection connection, long sequence, Guid letter, CancellationToken cancellationToken)
    {
        var (stream, _) = await FindStreamAsync(connection, sequence, cancellationToken).ConfigureAwait(false);
        for (string[] left = [stream.Value]; left.Length > 0;)
        {
            left = await WriteAsync(connection, left, cancellationToken).ConfigureAwait(false);
        }

        await ForgetAsync(connection, letter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes rows of each of some streams.</summary>
    /// <returns>The streams that lack more.</returns>
    private async Task<string[]> WriteAsync(NpgsqlConnection connection, string[] streams, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = Options.CommandTimeoutSeconds, EnableErrorBarriers = true };
        await using var _ = batch.ConfigureAwait(false);
        var sql = SqlText.Load("write_world_rows", Options.Schemas);
        foreach (var stream in streams)
        {
            var write = new NpgsqlBatchCommand(sql);
            write.Parameters.WithText(stream).With(MostAtOnce, NpgsqlDbType.Bigint);
            batch.BatchCommands.Add(write);
        }

        await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var left = new List<string>();
        for (var i = 0; i < streams.Length; i++)
        {
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (!reader.GetBoolean(0))
            {
                left.Add(streams[i]);
            }

            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        }

        return [.. left];
    }

    private async Task<(ShardPage Page, List<string> Streams)> ReadAsync(
        NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("world_rows_page", Options.Schemas), connection) { CommandTimeout = Options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        command.With(from, NpgsqlDbType.Bigint).With(ceiling, NpgsqlDbType.Bigint).With(rows, NpgsqlDbType.Integer);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var (page, streams) = (new ShardPage(ceiling, 0), new List<string>());
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            page = new ShardPage(reader.GetInt64(0), reader.GetInt64(1));
            if (!reader.IsDBNull(2))
            {
                streams.Add(reader.GetString(2));
            }
        }

        return (page, streams);
    }
}
