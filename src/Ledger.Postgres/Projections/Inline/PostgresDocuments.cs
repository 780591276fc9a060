using System.Collections.Concurrent;
using System.Text.Json;
using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Projections;
using Ledger.Runs;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>Reads documents, and folds events onto a stream's document that were appended without it.</summary>
/// <param name="context">Where the documents are.</param>
/// <param name="store">Where the events are.</param>
internal sealed class PostgresDocuments(StoreContext context, IEventStore store) : IDocumentReader
{
    // The versions that have taken over; none goes back.
    private readonly ConcurrentDictionary<string, bool> _inForce = new(StringComparer.Ordinal);

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
            return await AggregateExtensions.FoldAsync(store, snapshot.Aggregate, stream, cancellationToken).ConfigureAwait(false);
        }

        var (state, version) = found;
        await foreach (var recorded in store.ReadForwardAsync(stream, new StreamVersion(version.Value + 1), null, cancellationToken).ConfigureAwait(false))
        {
            (state, version) = (snapshot.Aggregate.Evolve(state, recorded), recorded.Version);
        }

        return new AggregateState<T>(state, version);
    }

    public async Task<T?> LoadAsync<T>(
        DocumentProjection<T> projection,
        string id,
        CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(projection);
        ArgumentException.ThrowIfNullOrEmpty(id);
        projection = await FindInForceAsync(projection, cancellationToken).ConfigureAwait(false);
        return await context.Reading.UseAsync<T?>(
            async (lease, cancellationToken) =>
            {
                var command = lease
                    .CreateCommand(new DocumentStatements(projection, context.Options.Schemas).Load("load_document"), context.Options.CommandTimeoutSeconds)
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

    /// <summary>The version that answers reads: an older declared one, until the new one has caught up with the log.</summary>
    private async Task<DocumentProjection<T>> FindInForceAsync<T>(DocumentProjection<T> projection, CancellationToken cancellationToken)
        where T : class
    {
        if (projection.Version == 1
            || _inForce.ContainsKey(projection.Key)
            || context.Options.AsyncProjections.OfType<DocumentProjection<T>>()
                .Where(p => p.Name == projection.Name && p.Version < projection.Version).MaxBy(p => p.Version) is not { } older)
        {
            return projection;
        }

        return await context.Reading.UseAsync<DocumentProjection<T>>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "has_caught_up").WithText(ShardNames.Of(projection));
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

    // A document that cannot be read, or is ahead of its stream, is as good as none.
    private async Task<(T State, StreamVersion Version)?> FindSnapshotAsync<T>(
        Snapshot<T> snapshot,
        StreamName stream,
        CancellationToken cancellationToken)
        where T : class
    {
        return await context.Reading.UseAsync<(T State, StreamVersion Version)?>(
            async (lease, cancellationToken) =>
            {
                var command = lease
                    .CreateCommand(new DocumentStatements(snapshot, context.Options.Schemas).Load("load_snapshot"), context.Options.CommandTimeoutSeconds)
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
