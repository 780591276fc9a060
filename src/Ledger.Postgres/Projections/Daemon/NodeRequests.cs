using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Executes requests for the projections that this node declares, one at a time, and reports progress.</summary>
internal sealed class NodeRequests : IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly ShardWork[] _works;
    private readonly PostgresOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly Projection[] _declared;
    private readonly RequestRunner _runner;
    private readonly string[] _wanted;

    public NodeRequests(NpgsqlDataSource dataSource, ShardWork[] works, PostgresOptions options, DaemonOptions daemon, TimeProvider timeProvider)
    {
        (_dataSource, _works, _options, _timeProvider) = (dataSource, works, options, timeProvider);
        _declared = [.. options.Projections, .. options.AsyncProjections];
        _wanted = [.. _declared.Select(p => p.Key).Concat(works.Select(w => ShardNames.KeyOf(w.Name))).Distinct()];
        _runner = new RequestRunner(options, daemon.NodeName, RunAsync);
    }

    /// <summary>Whether a request is being executed.</summary>
    public bool IsBusy => _runner.Current is not null;

    /// <summary>Takes a request if there is one, or tells how far the present one is. Called at each beat, on the node's session.</summary>
    /// <param name="connection">The session's connection.</param>
    /// <param name="cancellationToken">Ends the running request; a rebuild can be resumed.</param>
    public Task BeatAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => _runner.BeatAsync(connection, _wanted, cancellationToken);

    /// <summary>Waits for the end of the running request, which was already cancelled.</summary>
    public ValueTask DisposeAsync() => _runner.DisposeAsync();

    private async Task RunAsync(RunningRequest request)
    {
        var (_, name, action, argument) = request.Taken;
        if (action == "replay")
        {
            await ReplayAsync(name, Guid.Parse(argument!), request.Token).ConfigureAwait(false);
            return;
        }

        var projection = _declared.FirstOrDefault(p => p.Key == name)
            ?? throw new InvalidOperationException($"'{name}' is a subscription; there is nothing to rebuild.");
        var store = new PostgresEventStore(_dataSource, _options, _timeProvider);
        await using var __ = store.ConfigureAwait(false);
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
        var work = _works.FirstOrDefault(w => ShardNames.KeyOf(w.Name) == name)
            ?? throw new InvalidOperationException($"'{name}' is not an asynchronous projection of this node.");
        var connection = await Connections.OpenAsync(_dataSource, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var found = await FindAsync(connection, letter, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"There is no dead letter {letter}, or the log has its event no more.");
        await work.ReplayAsync(connection, found, letter, cancellationToken).ConfigureAwait(false);
    }

    private async Task<long?> FindAsync(NpgsqlConnection connection, Guid letter, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("dead_letter_event", _options.Schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
        await using var _ = command.With(letter, NpgsqlDbType.Uuid).ConfigureAwait(false);
        return (long?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }
}
