using System.Text.Json;
using Ledger.Postgres.Projections;
using Ledger.Projections;
using Ledger.Streams;

namespace Ledger.Postgres.Streams;

public sealed partial class PostgresEventStore
{
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
        var lease = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = lease.ConfigureAwait(false);
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
    }

    /// <summary>Makes everything that a projection keeps anew from the log, in place and in one transaction.</summary>
    /// <remarks>
    /// Appends that run the projection wait until it is done; reads see what was there before. It is refused with SQLSTATE 55P03 when the
    /// appends under way do not end within five seconds. A fault leaves what was there. The projection need not be among the options.
    /// </remarks>
    /// <param name="projection">Which one.</param>
    /// <param name="cancellationToken">Stops; nothing is changed then.</param>
    /// <exception cref="InvalidOperationException">A projection into rows does not say how they are removed.</exception>
    /// <exception cref="ProjectionFailedException">An event cannot be applied.</exception>
    public async Task RebuildAsync(Projection projection, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(projection);
        if (!ProjectionRebuild.CanRebuild(projection))
        {
            throw new InvalidOperationException(
                $"Projection '{projection.Name}' does not say how its rows are removed. Give it a {nameof(RowProjection.Reset)}, and rebuild it then.");
        }

        await RebuildAsync(projection, rebuild => rebuild.RunAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the document of one stream anew.</summary>
    /// <remarks>The remarks on <see cref="RebuildAsync(Projection, CancellationToken)"/> hold.</remarks>
    /// <param name="snapshot">Whose documents.</param>
    /// <param name="stream">The stream; one without events, or a branch, has no document then.</param>
    /// <param name="cancellationToken">Stops; nothing is changed then.</param>
    /// <exception cref="ProjectionFailedException">An event cannot be applied.</exception>
    public async Task RebuildAsync<T>(Snapshot<T> snapshot, StreamName stream, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var version = (await GetStreamAsync(stream, cancellationToken).ConfigureAwait(false))?.Version ?? StreamVersion.Empty;
        await RebuildAsync(snapshot, rebuild => rebuild.RunAsync(stream, version, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private async Task RebuildAsync(Projection projection, Func<ProjectionRebuild, Task> run, CancellationToken cancellationToken)
    {
        var lease = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = lease.ConfigureAwait(false);
        var transaction = await ProjectionTransaction
            .BeginAsync(lease.Connection, lease.Transaction, _options.CommandTimeoutSeconds, cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        try
        {
            await run(new ProjectionRebuild(projection, _options, transaction)).ConfigureAwait(false);
        }
        catch (ProjectionFailedException)
        {
            await transaction.UndoAsync().ConfigureAwait(false);
            throw;
        }
    }

    // A document that cannot be read, or is ahead of its stream, is as good as none.
    private async Task<(T State, StreamVersion Version)?> FindSnapshotAsync<T>(
        Snapshot<T> snapshot,
        StreamName stream,
        CancellationToken cancellationToken)
        where T : class
    {
        var lease = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = lease.ConfigureAwait(false);
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
    }
}
