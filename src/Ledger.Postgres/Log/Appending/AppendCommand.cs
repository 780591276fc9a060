using System.Runtime.CompilerServices;
using Ledger.Log;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Telemetry;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The call of <c>append_v2</c>, or of <c>append_event_v1</c> for a single event, and of the inline projections after it, in one
/// transaction.</summary>
/// <remarks>Used for one batch at a time, and again for the next, so that a lane allocates almost nothing for a batch.</remarks>
internal sealed class AppendCommand : IDisposable
{
    private readonly AppendStatements _statements;
    private readonly int _timeoutSeconds;
    private readonly NpgsqlCommand _many;
    private readonly NpgsqlCommand _one;
    private readonly ProjectedAppend _projectedMany;
    private readonly ProjectedAppend _projectedOne;
    private readonly AppendParameters _batch = new();
    private readonly EventParameters _event = new();
    private readonly AppendAnswers _answers = new();

    /// <summary>Creates the command.</summary>
    /// <param name="statements">The statements to send.</param>
    /// <param name="connection">The source of its connections; null for a caller's.</param>
    /// <param name="timeoutSeconds">The time-out; 0 for none.</param>
    public AppendCommand(AppendStatements statements, LaneConnection? connection, int timeoutSeconds)
    {
        Connection = connection;
        _statements = statements;
        _timeoutSeconds = timeoutSeconds;
        _many = new NpgsqlCommand(statements.Append) { CommandTimeout = timeoutSeconds };
        _batch.AddTo(_many.Parameters);
        AddLast(_many.Parameters);
        _one = new NpgsqlCommand(statements.AppendEvent) { CommandTimeout = timeoutSeconds };
        _event.AddTo(_one.Parameters);
        AddLast(_one.Parameters);
        _projectedMany = new ProjectedAppend(statements.Append, _batch, timeoutSeconds);
        _projectedOne = new ProjectedAppend(statements.AppendEvent, null, timeoutSeconds);
    }

    /// <summary>Whether the last execution came to sending; before it, nothing can have been written.</summary>
    public bool WasSent { get; set; }

    /// <summary>The source of its connections; null when it is sent on a caller's.</summary>
    public LaneConnection? Connection { get; }

    /// <summary>Whether the statement timed out, not the connecting: mostly because another transaction keeps a stream locked.</summary>
    public bool TookTooLong(NpgsqlException fault) => WasSent && fault.InnerException is TimeoutException;

    /// <summary>Sends the requests and returns their answers in order; the next execution reuses the list.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<IReadOnlyList<AppendAnswer>> ExecuteAsync(
        IReadOnlyList<AppendRequest> requests,
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        CancellationToken cancellationToken)
    {
        var isOne = requests is [{ Parts: [{ Events.Length: 1 }] }];
        var command = isOne ? _one : _many;
        if (isOne)
        {
            _event.Fill(requests[0].Parts[0]);
        }
        else
        {
            _batch.Fill(requests);
        }

        var projections = _statements.Projections.For(isOne ? _event.Streams : _batch.Streams);
        var areNew = AreNew(requests);
        if (projections.HasWorks || (projections.Keys is not null && LedgerTelemetry.ProjectionTime.Enabled))
        {
            SetLast(command.Parameters, areNew, projections.Keys);
            await ProjectAsync(command, projections, requests, connection, transaction, cancellationToken).ConfigureAwait(false);
            return _answers.All;
        }

        var reader = projections.Keys is null
            ? await ExecuteReaderAsync(command, areNew, connection, transaction, cancellationToken).ConfigureAwait(false)
            : await (isOne ? _projectedOne : _projectedMany)
                .ExecuteReaderAsync(requests, areNew, projections, connection, transaction, cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        _answers.Read(reader, requests, isOne);

        // The row comes before the commit does. Only the end of the results shows that it succeeded, and disposing would hide a time-out.
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        return _answers.All;
    }

    public void Dispose()
    {
        Connection?.Dispose();
        _many.Dispose();
        _one.Dispose();
        _projectedMany.Dispose();
        _projectedOne.Dispose();
    }

    /// <summary>Adds what both functions take last: whether the ids are new, and the projections.</summary>
    public static void AddLast(NpgsqlParameterCollection parameters) => parameters
        .With(false, NpgsqlDbType.Boolean)
        .With<string[]?>(null, NpgsqlDbType.Array | NpgsqlDbType.Text);

    /// <summary>Sets the parameters that <see cref="AddLast"/> has added.</summary>
    public static void SetLast(NpgsqlParameterCollection parameters, bool areNew, string[]? projections)
    {
        ((NpgsqlParameter<bool>)parameters[^2]).TypedValue = areNew;
        ((NpgsqlParameter<string[]?>)parameters[^1]).TypedValue = projections;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<NpgsqlDataReader> ExecuteReaderAsync(
        NpgsqlCommand command,
        bool areNew,
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        CancellationToken cancellationToken)
    {
        SetLast(command.Parameters, areNew, null);
        command.Connection = connection;
        command.Transaction = transaction;
        if (!command.IsPrepared)
        {
            await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        }

        return await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether no event can be in the log: its id was made for this call, and it was not sent before.</summary>
    private static bool AreNew(IReadOnlyList<AppendRequest> requests)
    {
        var areNew = true;
        for (var i = 0; i < requests.Count; i++)
        {
            areNew &= requests[i].TakeNew();
        }

        return areNew;
    }

    private async Task ProjectAsync(
        NpgsqlCommand command,
        InlineProjections projections,
        IReadOnlyList<AppendRequest> requests,
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        CancellationToken cancellationToken)
    {
        var append = new NpgsqlBatchCommand(command.CommandText);
        foreach (NpgsqlParameter parameter in command.Parameters)
        {
            append.Parameters.Add(parameter.Clone());
        }

        await projections.ExecuteAsync(
            append,
            async reader =>
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                _answers.Read(reader, requests, command == _one);
                return true;
            },
            connection,
            transaction,
            _timeoutSeconds,
            cancellationToken).ConfigureAwait(false);
    }
}
