using Ledger.Events;
using Ledger.Postgres.Telemetry;
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
    // The colon keeps it apart from the names that applications give.
    private const string WorldKey = "ledger:world";

    private readonly EventRegistry _registry;
    private readonly DocumentStatements[] _documents;
    private readonly (string Sql, string? EndOf)[] _rows;
    private readonly string _clock;

    public InlineProjections(PostgresOptions options)
    {
        var (projections, schemas) = (options.Projections, options.Schemas);
        _registry = options.Registry;
        _documents = [.. projections.OfType<IDocuments>().Select(d => new DocumentStatements(d, schemas))];
        _rows = [.. projections.OfType<RowProjection>().SelectMany(r => Mark([.. r.Statements(schemas)], r.Name))];
        _clock = SqlText.Load("projection_clock", schemas);
        string[] keys = [.. projections.Select(p => p.Key)];
        if (options.WorldRows == WorldRows.Inline)
        {
            keys = [WorldKey, .. keys];
            _rows = [(SqlText.Load("project_world", schemas), WorldKey), .. _rows];
        }

        Keys = keys.Length == 0 ? null : keys;
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
            var times = ProjectionTimes.Start();
            AddRows(batch, times);
            return await ProjectionTransaction.ReadAsync(batch, read, times, cancellationToken).ConfigureAwait(false);
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
        var times = ProjectionTimes.Start();
        AddRows(batch, times);
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
            times,
            cancellationToken).ConfigureAwait(false);
        await transaction.WriteAsync(works, transaction.AddEnd, cancellationToken).ConfigureAwait(false);
        return result;
    }

    /// <summary>Runs the projections alone, behind what the present transaction has inserted.</summary>
    /// <param name="connection">The connection, which is in a transaction.</param>
    /// <param name="transaction">The transaction.</param>
    /// <param name="timeoutSeconds">How long each round trip may take.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task ApplyAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        int timeoutSeconds,
        CancellationToken cancellationToken)
    {
        if (Keys is null)
        {
            return;
        }

        var applied = await ProjectionTransaction.BeginAsync(connection, transaction, timeoutSeconds, cancellationToken).ConfigureAwait(false);
        await using var _ = applied.ConfigureAwait(false);
        var works = Array.ConvertAll(_documents, d => d.Begin(_registry));
        var batch = applied.CreateBatch();
        await using var __ = batch.ConfigureAwait(false);

        // In the place of the statement that appends, whose result comes before the projections'.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(_clock));
        foreach (var work in works)
        {
            work.AddReads(batch);
        }

        var times = ProjectionTimes.Start();
        AddRows(batch, times);
        await ProjectionTransaction.ReadAsync(
            batch,
            async reader =>
            {
                foreach (var work in works)
                {
                    await work.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
                }

                return true;
            },
            times,
            cancellationToken).ConfigureAwait(false);
        await applied.WriteAsync(works, _ => { }, cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<(string Sql, string? EndOf)> Mark(string[] statements, string name) =>
        statements.Select((sql, i) => (sql, i == statements.Length - 1 ? name : null));

    /// <summary>Adds the statements of the rows, and between them the server's clock where somebody measures.</summary>
    private void AddRows(NpgsqlBatch batch, ProjectionTimes? times)
    {
        if (_rows.Length == 0)
        {
            return;
        }

        AddClock(batch, times, null);
        foreach (var (sql, endOf) in _rows)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
            if (endOf is not null)
            {
                AddClock(batch, times, endOf);
            }
        }
    }

    private void AddClock(NpgsqlBatch batch, ProjectionTimes? times, string? endOf)
    {
        if (times is not null)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(_clock));
            times.Expect(endOf);
        }
    }
}
