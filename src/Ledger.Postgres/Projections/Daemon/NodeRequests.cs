using Ledger.Json;
using Ledger.Log;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Executes requests for the projections that this node declares, one at a time, and reports progress.</summary>
internal sealed class NodeRequests(
    NpgsqlDataSource dataSource,
    ShardWork[] works,
    PostgresOptions options,
    DaemonOptions daemon,
    TimeProvider timeProvider)
    : IAsyncDisposable
{
    private readonly Projection[] _declared = [.. options.Projections, .. options.AsyncProjections];
    private Request? _current;

    /// <summary>Takes a request if there is one, or tells how far the present one is. Called at each beat, on the node's session.</summary>
    /// <param name="connection">The session's connection.</param>
    /// <param name="cancellationToken">Ends the running request; a rebuild can be resumed.</param>
    public async Task BeatAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_current is { } current)
        {
            if (current.Running.IsCompleted)
            {
                _current = null;
                await FinishAsync(connection, current, cancellationToken).ConfigureAwait(false);
                current.Dispose();
            }
            else if (!await IsWantedAsync(connection, current, cancellationToken).ConfigureAwait(false))
            {
                await current.CancelAsync().ConfigureAwait(false);
            }

            return;
        }

        string[] names = [.. _declared.Select(p => p.Key).Concat(works.Select(w => ShardNames.KeyOf(w.Name))).Distinct()];
        if (await TakeAsync(connection, names, cancellationToken).ConfigureAwait(false) is { } taken)
        {
            _current = new Request(taken.Id, cancellationToken);
            _current.Running = SharedWork.Run(() => RunAsync(taken.Projection, taken.Action, taken.Argument, _current));
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

    private async Task RunAsync(string name, string action, string? argument, Request request)
    {
        if (action == "replay")
        {
            await ReplayAsync(name, Guid.Parse(argument!), request.Token).ConfigureAwait(false);
            return;
        }

        var projection = _declared.FirstOrDefault(p => p.Key == name)
            ?? throw new InvalidOperationException($"'{name}' is a subscription; there is nothing to rebuild.");
        var store = new PostgresEventStore(dataSource, options, timeProvider);
        await using var _ = store.ConfigureAwait(false);
        if (action == "rebuild_stream")
        {
            await RebuildStreamAsync(store, projection, new StreamName(argument!), request.Token).ConfigureAwait(false);
            return;
        }

        var how = new RebuildOptions { Mode = action == "resume" ? RebuildMode.Resume : RebuildMode.Fresh };
        await store.RebuildAsync(projection, how, request, request.Token).ConfigureAwait(false);
    }

    private static Task RebuildStreamAsync(
        PostgresEventStore store, Projection projection, StreamName stream, CancellationToken cancellationToken) => projection is ISnapshot
        ? store.RebuildStreamAsync(projection, stream, cancellationToken)
        : throw new InvalidOperationException($"What '{projection.Key}' keeps is of several streams together. Rebuild all of it.");

    private async Task ReplayAsync(string name, Guid letter, CancellationToken cancellationToken)
    {
        var work = works.FirstOrDefault(w => ShardNames.KeyOf(w.Name) == name)
            ?? throw new InvalidOperationException($"'{name}' is not an asynchronous projection of this node.");
        var connection = await Connections.OpenAsync(dataSource, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var found = await FindAsync(connection, letter, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"There is no dead letter {letter}, or the log has its event no more.");
        await work.ReplayAsync(connection, found, letter, cancellationToken).ConfigureAwait(false);
    }

    private async Task<long?> FindAsync(NpgsqlConnection connection, Guid letter, CancellationToken cancellationToken)
    {
        var command = Command(connection, "dead_letter_event").With(letter, NpgsqlDbType.Uuid);
        await using var _ = command.ConfigureAwait(false);
        return (long?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<(long Id, string Projection, string Action, string? Argument)?> TakeAsync(
        NpgsqlConnection connection, string[] names, CancellationToken cancellationToken)
    {
        var command = Command(connection, "take_request").With(names, NpgsqlDbType.Array | NpgsqlDbType.Text).WithText(daemon.NodeName);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? (reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3))
            : null;
    }

    private async Task<bool> IsWantedAsync(NpgsqlConnection connection, Request request, CancellationToken cancellationToken)
    {
        var command = Command(connection, "move_request")
            .With(request.Id, NpgsqlDbType.Bigint)
            .With(request.Progress.Events, NpgsqlDbType.Bigint)
            .With(request.Progress.Total, NpgsqlDbType.Bigint);
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }

    private async Task FinishAsync(NpgsqlConnection connection, Request request, CancellationToken cancellationToken)
    {
        var fault = request.Running.IsCanceled ? "It was stopped." : request.Running.Exception?.InnerException?.Message;
        var command = Command(connection, "finish_request")
            .With(request.Id, NpgsqlDbType.Bigint)
            .With(request.Progress.Events, NpgsqlDbType.Bigint)
            .With(request.Progress.Total, NpgsqlDbType.Bigint)
            .WithText(fault is null ? null : StorableText.Of(fault, ShardWork.LongestError));
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };

    /// <summary>A request that this node has taken.</summary>
    private sealed class Request(long id, CancellationToken node) : IProgress<RebuildProgress>, IDisposable
    {
        private readonly CancellationTokenSource _cancellation = CancellationTokenSource.CreateLinkedTokenSource(node);
        private readonly Lock _gate = new();
        private RebuildProgress _progress;

        public long Id { get; } = id;

        public CancellationToken Token => _cancellation.Token;

        public Task Running { get; set; } = Task.CompletedTask;

        public RebuildProgress Progress
        {
            get
            {
                lock (_gate)
                {
                    return _progress;
                }
            }
        }

        public Task CancelAsync() => _cancellation.CancelAsync();

        public void Report(RebuildProgress value)
        {
            lock (_gate)
            {
                _progress = value.Events >= _progress.Events ? value : _progress;
            }
        }

        public void Dispose() => _cancellation.Dispose();
    }
}
