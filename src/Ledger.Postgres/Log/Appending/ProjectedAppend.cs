using System.Runtime.CompilerServices;
using Ledger.Log;
using Ledger.Postgres.Projections.Inline;
using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>An append and the row statements after it: one batch, prepared once and sent again on the same connection.</summary>
/// <remarks>It is created again for another connection, on which a prepared batch would still believe that it is prepared.</remarks>
/// <param name="sql">The statement that appends.</param>
/// <param name="createParameters">Makes its parameters.</param>
/// <param name="timeoutSeconds">The time-out; 0 for none.</param>
internal sealed class ProjectedAppend(string sql, Func<IAppendParameters> createParameters, int timeoutSeconds) : IDisposable
{
    private NpgsqlBatch? _batch;
    private NpgsqlTransaction? _transaction;
    private InlineProjections? _projections;
    private IAppendParameters _parameters = createParameters();

    /// <summary>Sends it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<NpgsqlDataReader> ExecuteReaderAsync(
        IReadOnlyList<AppendRequest> requests,
        bool areNew,
        InlineProjections projections,
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        CancellationToken cancellationToken)
    {
        var isPrepared = _batch is not null
            && _batch.Connection == connection
            && _transaction == transaction
            && _projections == projections;
        if (!isPrepared)
        {
            _batch?.Dispose();
            _batch = Create(projections, connection, transaction);
            (_transaction, _projections) = (transaction, projections);
        }

        _parameters.Fill(requests);
        AppendCommand.SetLast(_batch!.BatchCommands[0].Parameters, areNew, projections.Keys);
        if (!isPrepared)
        {
            await _batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        }

        return await _batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _batch?.Dispose();

    private NpgsqlBatch Create(InlineProjections projections, NpgsqlConnection connection, NpgsqlTransaction? transaction)
    {
        var append = new NpgsqlBatchCommand(sql);
        _parameters = createParameters();
        _parameters.AddTo(append.Parameters);
        AppendCommand.AddLast(append.Parameters);
        var batch = new NpgsqlBatch(connection, transaction) { Timeout = timeoutSeconds, BatchCommands = { append } };
        projections.AddStatements(batch);
        return batch;
    }
}
