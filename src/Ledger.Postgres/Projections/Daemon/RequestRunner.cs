using Ledger.Json;
using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Rebuilding;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Takes requests for a node, one at a time, and reports progress. Not safe for concurrent use.</summary>
/// <param name="options">Where the tables are.</param>
/// <param name="node">The node's name.</param>
/// <param name="run">Executes a request.</param>
/// <param name="takeOver">After what silence it takes over a rebuild that another node has begun; null for never.</param>
internal sealed class RequestRunner(PostgresOptions options, string node, Func<RunningRequest, Task> run, TimeSpan? takeOver = null) : IAsyncDisposable
{
    private RunningRequest? _current;

    /// <summary>The request that is being executed, or null.</summary>
    public TakenRequest? Current => _current?.Taken;

    /// <summary>Takes a request if there is one, or reports on the current one. Called at each beat, on the node's session, which may be another than before.</summary>
    /// <param name="connection">The session's connection.</param>
    /// <param name="projections">The projections to take requests for.</param>
    /// <param name="cancellationToken">Ends the running request.</param>
    public async Task BeatAsync(NpgsqlConnection connection, string[] projections, CancellationToken cancellationToken)
    {
        // What was stopped with the node is not finished.
        cancellationToken.ThrowIfCancellationRequested();
        if (_current is { } current)
        {
            if (current.Running.IsCompleted)
            {
                await FinishAsync(connection, current, cancellationToken).ConfigureAwait(false);
                _current = null;
                current.Dispose();
            }
            else if (!await IsWantedAsync(connection, current, cancellationToken).ConfigureAwait(false))
            {
                await current.CancelAsync().ConfigureAwait(false);
            }

            return;
        }

        if (projections.Length > 0 && await TakeAsync(connection, projections, cancellationToken).ConfigureAwait(false) is { } taken)
        {
            var request = _current = new RunningRequest(taken, cancellationToken);
            request.Running = SharedWork.Run(() => run(request));
        }
    }

    /// <summary>Waits for the end of the running request, which was already cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_current is { } current)
        {
            await current.Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            current.Dispose();
        }
    }

    private async Task<TakenRequest?> TakeAsync(NpgsqlConnection connection, string[] names, CancellationToken cancellationToken)
    {
        var command = Command(connection, "take_request")
            .With(names, NpgsqlDbType.Array | NpgsqlDbType.Text)
            .WithText(node)
            .With(takeOver?.TotalSeconds, NpgsqlDbType.Double);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new TakenRequest(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3))
            : null;
    }

    private async Task<bool> IsWantedAsync(NpgsqlConnection connection, RunningRequest request, CancellationToken cancellationToken)
    {
        var command = WithProgress(Command(connection, "move_request"), request);
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }

    private async Task FinishAsync(NpgsqlConnection connection, RunningRequest request, CancellationToken cancellationToken)
    {
        var fault = request.Running.IsCanceled ? "It was stopped." : request.Running.Exception?.InnerException?.Message;
        var command = WithProgress(Command(connection, "finish_request"), request)
            .WithText(fault is null ? null : StorableText.Of(fault, ShardWork.LongestError));
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static NpgsqlCommand WithProgress(NpgsqlCommand command, RunningRequest request)
    {
        RebuildProgress progress = request.Progress;
        return command
            .With(request.Taken.Id, NpgsqlDbType.Bigint)
            .With(progress.Events, NpgsqlDbType.Bigint)
            .With(progress.Total, NpgsqlDbType.Bigint);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
}
