using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Worlds;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Saves a snapshot of the world of each run and branch after every given number of events.</summary>
/// <remarks>A history that cannot be read gets none, and callers that ask for its world get the error. A world that is too large keeps its last one.</remarks>
internal sealed class WorldSnapshotShard(Func<NpgsqlConnection, AgentLedger> worlds, int every, PostgresOptions options, ILogger logger)
    : ShardWork("ledger:world-snapshots:All", "snapshots", options)
{
    private readonly string _page = SqlText.Load("world_snapshot_page", options.Schemas);

    public override async Task<ShardPage> RunAsync(
        NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var (page, streams) = await ReadAsync(connection, from, ceiling, rows, cancellationToken).ConfigureAwait(false);
        foreach (var stream in streams)
        {
            await SaveAsync(connection, stream, cancellationToken).ConfigureAwait(false);
        }

        await MoveAsync(connection, from, page.Reached, cancellationToken).ConfigureAwait(false);
        return page;
    }

    public override async Task ReplayAsync(NpgsqlConnection connection, long sequence, Guid letter, CancellationToken cancellationToken)
    {
        var (stream, _) = await FindStreamAsync(connection, sequence, cancellationToken).ConfigureAwait(false);
        await SaveAsync(connection, stream, cancellationToken).ConfigureAwait(false);
        await ForgetAsync(connection, letter, cancellationToken).ConfigureAwait(false);
    }

    private async Task SaveAsync(NpgsqlConnection connection, StreamName stream, CancellationToken cancellationToken)
    {
        try
        {
            var run = await worlds(connection).OpenAsync(stream, cancellationToken).ConfigureAwait(false);
            await run.SaveSnapshotAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is BrokenHistoryException or StreamNotFoundException or SnapshotTooLargeException)
        {
            LogMessages.WorldWithoutSnapshot(logger, stream.Value, fault);
        }
    }

    private async Task<(ShardPage Page, List<StreamName> Streams)> ReadAsync(
        NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(_page, connection) { CommandTimeout = Options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        command.With(from, NpgsqlDbType.Bigint)
            .With(ceiling, NpgsqlDbType.Bigint)
            .With(rows, NpgsqlDbType.Integer)
            .With(every, NpgsqlDbType.Integer);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var (page, streams) = (new ShardPage(ceiling, 0), new List<StreamName>());
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            page = new ShardPage(reader.GetInt64(0), reader.GetInt64(1));
            if (!reader.IsDBNull(2))
            {
                streams.Add(new StreamName(reader.GetString(2)));
            }
        }

        return (page, streams);
    }
}
