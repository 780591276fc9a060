using System.Threading.Channels;
using Ledger.Log;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Telemetry;
using Ledger.Postgres.Tenants.Quotas;
using Npgsql;

namespace Ledger.Postgres.Log.Importing;

/// <summary>An import by COPY: while the server takes one batch, the next is read and checked.</summary>
/// <remarks>
/// The ids of a batch are looked up if the batch before had events that were already in the log, and those of the first batch unless they were sought before, or its
/// streams are empty. Otherwise they are assumed to be new; one that is not violates the unique index, and the batch is written again with the look-up.
/// </remarks>
internal sealed class EventImport(NpgsqlDataSource pool, AppendStatements statements, PostgresOptions options, TimeProvider timeProvider)
{
    private readonly TransientRetries _retries = new(options, timeProvider);
    private IdLookup _lookup = IdLookup.InStreamsWithEvents;

    /// <summary>Imports the events.</summary>
    /// <param name="events">The events.</param>
    /// <param name="onCommitted">Is told after each transaction that wrote something.</param>
    /// <param name="progress">Is told after each transaction.</param>
    /// <param name="cancellationToken">Ends the import.</param>
    public async Task<ImportProgress> RunAsync(
        IAsyncEnumerable<StreamEvent> events,
        Action onCommitted,
        IProgress<ImportProgress>? progress,
        CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        var done = ImportProgress.None;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var batches = Channel.CreateBounded<CopyBatch>(1);
        var reading = Task.Run(() => ReadAsync(events, batches.Writer, ending.Token), CancellationToken.None);
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                var outcome = batch.Count == 0
                    ? new ImportOutcome(0, 0, 0, 0)
                    : await WriteAsync(batch, cancellationToken).ConfigureAwait(false);
                batch.Release();
                _lookup = outcome.Known > 0 ? IdLookup.Always : IdLookup.Never;
                done = done.Plus(
                    outcome.Written, outcome.Known + batch.Repeated, outcome.Begun, outcome.Bytes, timeProvider.GetElapsedTime(started));
                LedgerTelemetry.Imported.Add(outcome.Written);
                if (outcome.Written > 0)
                {
                    onCommitted();
                }

                progress?.Report(done);
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }

        return done with { Elapsed = timeProvider.GetElapsedTime(started) };
    }

    private async Task ReadAsync(IAsyncEnumerable<StreamEvent> events, ChannelWriter<CopyBatch> batches, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        var size = CopyBuffer.Smallest;
        try
        {
            await foreach (var batch in ImportBatch.ReadAsync(events, options.Registry, () => new CopyBatch(size), cancellationToken).ConfigureAwait(false))
            {
                size = Math.Max(size, batch.Length);
                await batches.WriteAsync(batch, cancellationToken).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // It goes through the channel to the caller.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            failure = fault;
        }

        batches.Complete(failure);
    }

    private async Task<ImportOutcome> WriteAsync(CopyBatch batch, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        var lookup = _lookup == IdLookup.InStreamsWithEvents && batch.WasSought ? IdLookup.Never : _lookup;
        ImportOutcome? inDoubt = null;
        var isOpen = false;
        try
        {
            return await WriteOnceAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (lookup != IdLookup.Always && TransientFaults.IsIdTaken(fault))
        {
            _lookup = IdLookup.Always;
            return await WriteAsync(batch, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (_retries.IsInTime(started) && IsTransient(fault))
        {
            lookup = _lookup = IdLookup.Always;
            return await _retries.ExecuteAsync(WriteOnceAsync, started, fault, IsTransient, cancellationToken).ConfigureAwait(false);
        }

        bool IsTransient(Exception fault) =>
            TransientFaults.Contains(fault) || (!isOpen && TransientFaults.IsFailureToOpen(fault));

        async Task<ImportOutcome> WriteOnceAsync(CancellationToken token)
        {
            isOpen = false;
            var connection = await Connections.OpenAsync(pool, token).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            isOpen = true;
            var transaction = new ImportTransaction(connection, statements, options, batch);
            try
            {
                var outcome = await transaction.RunAsync(lookup, token).ConfigureAwait(false);

                // A commit whose answer was lost has succeeded if all events are there now.
                return outcome.Written == 0 && inDoubt is not null ? inDoubt : outcome;
            }
            catch (PostgresException fault) when (QuotaExceededException.IsCauseOf(fault))
            {
                throw QuotaExceededException.Of(fault);
            }
            catch (Exception fault) when (TransientFaults.Contains(fault))
            {
                inDoubt = transaction.Outcome ?? inDoubt;
                if (TransientFaults.IsDemoted(fault))
                {
                    pool.Clear();
                }

                throw;
            }
        }
    }
}
