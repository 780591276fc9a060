using JasperFx.Events;
using Ledger.Marten.Appending;
using Ledger.Postgres;
using Ledger.Postgres.Records;
using Ledger.Records;
using Marten;
using Npgsql;

namespace Ledger.Marten.Records;

/// <summary>What a session has still to save to record stores: Marten appends the events, and their rows are written after them.</summary>
internal sealed class PendingRecords
{
    private readonly Dictionary<StreamName, List<Unsaved>> _stores = [];

    /// <summary>The batches that the session has still to save to a store, in order.</summary>
    /// <exception cref="InvalidOperationException">It also has other events for the stream, whose effect on the store is not known.</exception>
    public IReadOnlyList<ChronoBatch> Of(IDocumentSession session, StreamName stream)
    {
        var events = UnsavedEvents.Find(session, stream.Value)?.Events ?? [];
        if (!_stores.TryGetValue(stream, out var unsaved))
        {
            unsaved = [];
        }

        if (events.Count == 0)
        {
            // The session has dropped its changes.
            unsaved.Clear();
        }
        else if (!events.SequenceEqual(unsaved.SelectMany(u => u.Events), ReferenceEqualityComparer.Instance))
        {
            throw new InvalidOperationException(
                $"The session has unsaved events for stream '{stream}' that its records did not append. Save the session first, then write records.");
        }

        return unsaved.ConvertAll(u => u.Batch);
    }

    /// <summary>Adds a batch whose events the session has got.</summary>
    public void Add(StreamName stream, ChronoBatch batch, IReadOnlyList<IEvent> events)
    {
        if (!_stores.TryGetValue(stream, out var unsaved))
        {
            _stores[stream] = unsaved = [];
        }

        unsaved.Add(new Unsaved(batch, events));
    }

    /// <summary>Writes the rows of the events that were saved, in one round trip.</summary>
    /// <param name="saved">What Marten has inserted.</param>
    /// <param name="connection">The session's.</param>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="options">Where the tables are.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task WriteRowsAsync(
        IReadOnlyList<StreamAction> saved,
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        PostgresOptions options,
        CancellationToken cancellationToken)
    {
        if (_stores.Count == 0)
        {
            return;
        }

        var inserted = saved.SelectMany(s => s.Events).ToHashSet<IEvent>(ReferenceEqualityComparer.Instance);
        var rows = new NpgsqlBatch(connection, transaction) { Timeout = options.CommandTimeoutSeconds };
        await using var _ = rows.ConfigureAwait(false);
        foreach (var (stream, unsaved) in _stores)
        {
            foreach (var batch in unsaved.Where(u => inserted.Contains(u.Events[0])).Select(u => u.Batch))
            {
                var command = new NpgsqlBatchCommand(SqlText.Load("chrono_rows", options.Schemas));
                ChronoParameters.AddWrite(command.Parameters, stream.Value, batch);
                rows.BatchCommands.Add(command);
            }
        }

        if (rows.BatchCommands.Count > 0)
        {
            await rows.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets everything, because it was saved.</summary>
    public void Clear() => _stores.Clear();

    private sealed record Unsaved(ChronoBatch Batch, IReadOnlyList<IEvent> Events);
}
