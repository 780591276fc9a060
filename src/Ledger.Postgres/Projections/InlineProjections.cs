using Ledger.Events;
using Ledger.Projections;
using Npgsql;

namespace Ledger.Postgres.Projections;

/// <summary>The projections that run in the transaction of every append, between the insert and the commit, once for a batch.</summary>
/// <remarks>
/// Rows are one statement each, which goes along with the append. Documents evolve in C#: the append's round trip brings the pending
/// events, a further one locks documents that several streams share, and the last one writes and commits.
/// </remarks>
internal sealed class InlineProjections
{
    private readonly EventRegistry _registry;
    private readonly DocumentStatements[] _documents;
    private readonly string[] _rows;

    public InlineProjections(IReadOnlyList<Projection> projections, SchemaNames schemas, EventRegistry registry)
    {
        _registry = registry;
        Keys = projections.Count == 0 ? null : [.. projections.Select(p => p.Key)];
        _documents = [.. projections.OfType<IDocuments>().Select(d => new DocumentStatements(d, schemas))];
        _rows = [.. projections.OfType<RowProjection>().SelectMany(r => r.Statements(schemas))];
    }

    /// <summary>Which projections follow an append, or null for none: nothing is locked and remembered for them then.</summary>
    public string[]? Keys { get; }

    /// <summary>Runs a statement that appends, and the projections behind it.</summary>
    /// <param name="append">The statement.</param>
    /// <param name="read">Reads its result.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">The caller's transaction, or null for one of its own.</param>
    /// <param name="timeoutSeconds">How long each round trip may take.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<T> ExecuteAsync<T>(
        NpgsqlBatchCommand append,
        Func<NpgsqlDataReader, Task<T>> read,
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        int timeoutSeconds,
        CancellationToken cancellationToken)
    {
        if (_documents.Length == 0)
        {
            // One round trip, which is a transaction by itself.
            var batch = new NpgsqlBatch(connection, transaction) { Timeout = timeoutSeconds, BatchCommands = { append } };
            await using var _ = batch.ConfigureAwait(false);
            AddRows(batch);
            return await ProjectionTransaction.ReadAsync(batch, read, cancellationToken).ConfigureAwait(false);
        }

        var projected = await ProjectionTransaction.BeginAsync(connection, transaction, timeoutSeconds, cancellationToken).ConfigureAwait(false);
        await using var __ = projected.ConfigureAwait(false);
        try
        {
            return await ExecuteAsync(append, read, projected, cancellationToken).ConfigureAwait(false);
        }
        catch (ProjectionFailedException)
        {
            await projected.UndoAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<T> ExecuteAsync<T>(
        NpgsqlBatchCommand append,
        Func<NpgsqlDataReader, Task<T>> read,
        ProjectionTransaction transaction,
        CancellationToken cancellationToken)
    {
        var works = Array.ConvertAll(_documents, d => d.Begin(_registry));
        var batch = transaction.CreateBatch();
        await using var _ = batch.ConfigureAwait(false);
        transaction.AddBegin(batch);
        batch.BatchCommands.Add(append);
        foreach (var work in works)
        {
            work.AddReads(batch);
        }

        // Last, because they may give any number of results.
        AddRows(batch);
        var result = await ProjectionTransaction.ReadAsync(
            batch,
            async reader =>
            {
                var appended = await read(reader).ConfigureAwait(false);
                foreach (var work in works)
                {
                    await work.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
                }

                return appended;
            },
            cancellationToken).ConfigureAwait(false);
        await transaction.WriteAsync(works, transaction.AddEnd, cancellationToken).ConfigureAwait(false);
        return result;
    }

    private void AddRows(NpgsqlBatch batch)
    {
        foreach (var row in _rows)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(row));
        }
    }
}
