using System.Runtime.CompilerServices;

namespace Ledger.Parquet;

/// <summary>Writes events, calls and objects as Parquet, a table a file.</summary>
/// <remarks>
/// Rows are written in groups of at most 20,000, or 16 million characters, so that memory does not grow with the file. JSON is text; times are UTC in microseconds;
/// columns are named in snake case. The output is written from its current position on, need not be seekable, and stays open.
/// </remarks>
public static class ParquetExport
{
    /// <summary>Writes the events of a history, those that a branch shares included.</summary>
    /// <returns>The number of rows.</returns>
    public static Task<long> WriteEventsAsync(Run run, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(output);
        return ParquetTable.WriteAsync(EventColumns.All, run.ReadAsync(cancellationToken: cancellationToken), output, cancellationToken);
    }

    /// <summary>Writes the events of all runs and branches in the order of the log.</summary>
    /// <returns>The number of rows.</returns>
    public static Task<long> WriteEventsAsync(AgentLedger ledger, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(output);
        return ParquetTable.WriteAsync(EventColumns.All, ledger.Store.ReadLogAsync(cancellationToken: cancellationToken), output, cancellationToken);
    }

    /// <summary>Writes the calls of models, tools and others in a history, each with its answer; calls without one come last.</summary>
    /// <remarks>Of 100,000 open calls the oldest is written before the next is read, and an answer to it is then a row without a request.</remarks>
    /// <returns>The number of rows.</returns>
    public static Task<long> WriteCallsAsync(Run run, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(output);

        // The events of a branch may name those of the run before it.
        var rows = new CallRows(_ => "").ReadAsync(run.ReadAsync(cancellationToken: cancellationToken), cancellationToken);
        return ParquetTable.WriteAsync(CallColumns.All, rows, output, cancellationToken);
    }

    /// <summary>Writes the calls of all runs and branches, as they were answered; calls without an answer come last.</summary>
    /// <remarks>Of 100,000 open calls the oldest is written before the next is read, and an answer to it is then a row without a request.</remarks>
    /// <returns>The number of rows.</returns>
    public static Task<long> WriteCallsAsync(AgentLedger ledger, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(output);
        var rows = new CallRows(recorded => recorded.Stream.Value).ReadAsync(ledger.Store.ReadLogAsync(cancellationToken: cancellationToken), cancellationToken);
        return ParquetTable.WriteAsync(CallColumns.All, rows, output, cancellationToken);
    }

    /// <summary>Writes the objects and relations of a history at its end.</summary>
    /// <returns>The number of rows.</returns>
    public static Task<long> WriteWorldAsync(Run run, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(output);
        return ParquetTable.WriteAsync(EntityColumns.All, EntitiesOf(run, cancellationToken), output, cancellationToken);
    }

    private static async IAsyncEnumerable<EntityRow> EntitiesOf(Run run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Both at one position, whatever is appended meanwhile.
        var end = await run.GetLengthAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var item in run.ReadObjectsAsync(at: end, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            yield return new EntityRow(run.StreamName.Value, end.Value, "object", item.Id, item.Type, null, null, item.Data.ToString());
        }

        await foreach (var item in run.ReadRelationsAsync(at: end, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            yield return new EntityRow(run.StreamName.Value, end.Value, "relation", item.Id, item.Type, item.SourceId, item.TargetId, item.Data.ToString());
        }
    }
}
