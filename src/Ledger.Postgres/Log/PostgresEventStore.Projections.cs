using System.Collections.Concurrent;
using System.Text.Json;
using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Projections;
using Ledger.Runs;

namespace Ledger.Postgres;

public sealed partial class PostgresEventStore
{
    // The versions that have taken over; none goes back.
    private readonly ConcurrentDictionary<string, bool> _inForce = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<AggregateState<T>> LoadAsync<T>(
        Snapshot<T> snapshot,
        StreamName stream,
        CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        AppendRules.Check(stream, nameof(stream));
        if (await FindSnapshotAsync(snapshot, stream, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return await AggregateExtensions.FoldAsync(this, snapshot.Aggregate, stream, cancellationToken).ConfigureAwait(false);
        }

        var (state, version) = found;
        await foreach (var recorded in ReadForwardAsync(stream, new StreamVersion(version.Value + 1), null, cancellationToken).ConfigureAwait(false))
        {
            (state, version) = (snapshot.Aggregate.Evolve(state, recorded), recorded.Version);
        }

        return new AggregateState<T>(state, version);
    }

    /// <inheritdoc/>
    public async Task<T?> LoadAsync<T>(
        DocumentProjection<T> projection,
        string id,
        CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(projection);
        ArgumentException.ThrowIfNullOrEmpty(id);
        projection = await FindInForceAsync(projection, cancellationToken).ConfigureAwait(false);
        return await _connections.UseAsync<T?>(
            async (lease, cancellationToken) =>
            {
                var command = lease
                    .CreateCommand(new DocumentStatements(projection, _options.Schemas).Load("load_document"), _options.CommandTimeoutSeconds)
                    .WithText(id);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
                    ? projection.Read(reader.GetFieldValue<byte[]>(0))
                    : null;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The version that answers: an older one that is declared beside it, until a new one was level with the log.</summary>
    private async Task<DocumentProjection<T>> FindInForceAsync<T>(DocumentProjection<T> projection, CancellationToken cancellationToken)
        where T : class
    {
        if (projection.Version == 1
            || _inForce.ContainsKey(projection.Key)
            || _options.AsyncProjections.OfType<DocumentProjection<T>>()
                .Where(p => p.Name == projection.Name && p.Version < projection.Version).MaxBy(p => p.Version) is not { } older)
        {
            return projection;
        }

        return await _connections.UseAsync<DocumentProjection<T>>(
            async (lease, cancellationToken) =>
            {
                var command = Command(lease, "has_caught_up").WithText(ShardNames.Of(projection));
                await using var __ = command.ConfigureAwait(false);
                if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
                {
                    return older;
                }

                _inForce.TryAdd(projection.Key, true);
                return projection;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes everything that a projection keeps anew from the log, beside what is there, and puts it in its place.</summary>
    /// <remarks>
    /// <para>Snapshots, documents and rows whose tables are named by <c>{table:…}</c> are written into new tables. Reads see what was there before,
    /// appends that run the projection go on, and wait at the end alone, for as long as it takes to read what came last. Cancelled, a later call with
    /// <see cref="RebuildMode.Resume"/> goes on where it was. It needs the right to create tables.</para>
    /// <para>Other rows, and everything on a connection or transaction of the caller, are made anew in place and in one transaction, which appends that
    /// run the projection wait for. It is refused with SQLSTATE 55P03 when those under way do not end within five seconds.</para>
    /// <para>A fault leaves what was there. The projection need not be among the options; how it runs, inline or behind, is what they say.</para>
    /// </remarks>
    /// <param name="projection">Which one.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Hears how far it is, from several threads; null for nobody.</param>
    /// <param name="cancellationToken">Stops; what was there is as it was.</param>
    /// <exception cref="InvalidOperationException">A row projection does not say how its rows are removed.</exception>
    /// <exception cref="ProjectionFailedException">An event cannot be applied.</exception>
    /// <exception cref="RebuildInProgressException">Somebody else is doing it.</exception>
    public async Task RebuildAsync(
        Projection projection,
        RebuildOptions? options = null,
        IProgress<RebuildProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(projection);
        if (_connections.IsPool && RebuildTarget.Of(projection, _options) is { } target)
        {
            options ??= new RebuildOptions();
            await new ShadowRebuild(_connections.Pool, _options, _gaps, _timeProvider, target, options.Parallelism, progress)
                .RunAsync(options.Mode, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!ProjectionRebuild.CanRebuild(projection))
        {
            throw new InvalidOperationException(
                $"Projection '{projection.Name}' does not say how its rows are removed. Give it a {nameof(RowProjection.Reset)}, and rebuild it then.");
        }

        await RebuildAsync(projection, (rebuild, cancelled) => rebuild.RunAsync(cancelled), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the document of one stream anew.</summary>
    /// <remarks>In place and in one transaction, which appends that run the projection wait for.</remarks>
    /// <param name="snapshot">Whose documents.</param>
    /// <param name="stream">The stream; one without events, or a branch, has no document then.</param>
    /// <param name="cancellationToken">Stops; nothing is changed then.</param>
    /// <exception cref="ProjectionFailedException">An event cannot be applied.</exception>
    public Task RebuildAsync<T>(Snapshot<T> snapshot, StreamName stream, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return RebuildStreamAsync(snapshot, stream, cancellationToken);
    }

    /// <inheritdoc cref="RebuildAsync{T}(Snapshot{T}, StreamName, CancellationToken)"/>
    internal async Task RebuildStreamAsync(Projection snapshot, StreamName stream, CancellationToken cancellationToken)
    {
        var version = (await GetStreamAsync(stream, cancellationToken).ConfigureAwait(false))?.Version ?? StreamVersion.Empty;
        await RebuildAsync(snapshot, (rebuild, cancelled) => rebuild.RunAsync(stream, version, cancelled), cancellationToken).ConfigureAwait(false);
    }

    private async Task RebuildAsync(Projection projection, Func<ProjectionRebuild, CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        await _connections.UseAsync(
            async (lease, cancellationToken) =>
            {
                var transaction = await ProjectionTransaction
                    .BeginAsync(lease.Connection, lease.Transaction, _options.CommandTimeoutSeconds, cancellationToken).ConfigureAwait(false);
                await using var __ = transaction.ConfigureAwait(false);
                try
                {
                    await run(new ProjectionRebuild(projection, _options, transaction), cancellationToken).ConfigureAwait(false);
                }
                catch (ProjectionFailedException)
                {
                    await transaction.UndoAsync().ConfigureAwait(false);
                    throw;
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    // A document that cannot be read, or is ahead of its stream, is as good as none.
    private async Task<(T State, StreamVersion Version)?> FindSnapshotAsync<T>(
        Snapshot<T> snapshot,
        StreamName stream,
        CancellationToken cancellationToken)
        where T : class
    {
        return await _connections.UseAsync<(T State, StreamVersion Version)?>(
            async (lease, cancellationToken) =>
            {
                var command = lease
                    .CreateCommand(new DocumentStatements(snapshot, _options.Schemas).Load("load_snapshot"), _options.CommandTimeoutSeconds)
                    .WithText(stream.Value);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false) || reader.GetInt64(1) > reader.GetInt64(0))
                {
                    return null;
                }

                try
                {
                    return (snapshot.Read(reader.GetFieldValue<byte[]>(2)), new StreamVersion(reader.GetInt64(1)));
                }
                catch (Exception fault) when (fault is JsonException or NotSupportedException)
                {
                    return null;
                }
            },
            cancellationToken).ConfigureAwait(false);
    }
}
