using System.Runtime.CompilerServices;
using Ledger.Log;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Telemetry;
using Ledger.Postgres.Worlds.Writing;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The call of the function that suits the requests, and of the inline projections after it, in one transaction.</summary>
/// <remarks>
/// <c>append_event_v3</c> takes one event, <c>append_events_v3</c> those of one stream, <c>append_v4</c> all others. New events that a lane
/// sends are first tried by <c>append_new_event_v1</c>, <c>append_new_message_v1</c> and <c>append_new_events_v1</c>, which do less. Used for one batch at a time, and again for the next, so that a lane
/// allocates almost nothing for a batch.
/// </remarks>
internal sealed class AppendCommand : IDisposable
{
    private const string MessageSaved = "message.saved";

    private readonly AppendStatements _statements;
    private readonly int _timeoutSeconds;
    private readonly AppendAnswers _answers = new();
    private AppendCall? _ofEvent;
    private AppendCall? _ofPart;
    private AppendCall? _ofMany;
    private NewEventCall? _ofNew;
    private NewEventCall? _ofMessage;
    private NewEventsCall? _ofManyNew;
    private bool? _mayWrite;

    /// <summary>Creates the command.</summary>
    /// <param name="statements">The statements to send.</param>
    /// <param name="connection">The source of its connections; null for a caller's.</param>
    /// <param name="timeoutSeconds">The time-out; 0 for none.</param>
    public AppendCommand(AppendStatements statements, LaneConnection? connection, int timeoutSeconds)
    {
        Connection = connection;
        _statements = statements;
        _timeoutSeconds = timeoutSeconds;
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
        var areNew = AreNew(requests);
        if (areNew && Connection is not null && await TryExecuteNewAsync(requests, connection, cancellationToken).ConfigureAwait(false))
        {
            return _answers.All;
        }

        var call = CallOf(requests);
        call.Parameters.Fill(requests);
        var projections = _statements.Projections.For(call.Parameters.Streams);
        if (requests is [{ EventCount: >= WorldWork.FewestEvents }] && projections.WriteWorldsAlone && HasRun(requests[0]))
        {
            projections = await WithWorldsAsync(projections, requests[0], connection, transaction, cancellationToken).ConfigureAwait(false);
        }

        if (projections.HasWorks || (projections.Keys is not null && LedgerTelemetry.ProjectionTime.Enabled))
        {
            SetLast(call.Command.Parameters, areNew, projections.Keys);
            try
            {
                await ProjectAsync(call, projections, requests, connection, transaction, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                // The role had the rights, and was asked long ago.
                _mayWrite = null;
                throw;
            }

            return _answers.All;
        }

        var reader = projections.Keys is null
            ? await ExecuteReaderAsync(call.Command, areNew, connection, transaction, cancellationToken).ConfigureAwait(false)
            : await call.Projected
                .ExecuteReaderAsync(requests, areNew, projections, connection, transaction, cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        _answers.Read(reader, requests, call.IsOfPart);

        // The row comes before the commit does. Only the end of the results shows that it succeeded, and disposing would hide a time-out.
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        return _answers.All;
    }

    public void Dispose()
    {
        Connection?.Dispose();
        _ofEvent?.Dispose();
        _ofPart?.Dispose();
        _ofMany?.Dispose();
        _ofNew?.Dispose();
        _ofMessage?.Dispose();
        _ofManyNew?.Dispose();
    }

    /// <summary>Appends new events by the functions for them, if the rows of worlds, or of a message, are all that follows. False if they do not take them or wrote nothing: the others decide.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TryExecuteNewAsync(IReadOnlyList<AppendRequest> requests, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (requests.Count > 1)
        {
            _ofManyNew ??= new NewEventsCall(_statements.AppendNewEvents, _timeoutSeconds);
            if (!_ofManyNew.TryTake(requests))
            {
                return false;
            }

            var ofAll = _statements.Projections.For(_ofManyNew.Streams);
            if (ofAll is { Keys: not null, AreRowsOfWorlds: false })
            {
                _ofManyNew.Pause();
                return false;
            }

            var all = await _ofManyNew.ExecuteAsync(requests, ofAll.AreRowsOfWorlds, connection, cancellationToken).ConfigureAwait(false);
            if (all is not null)
            {
                _answers.ReadNew(requests, _ofManyNew.Order, all);
            }

            return all is not null;
        }

        if (requests is not [{ Parts: [{ Events.Length: 1 } part] }])
        {
            return false;
        }

        var call = IsMessage(part)
            ? _ofMessage ??= NewEventCall.OfMessages(_statements, _timeoutSeconds)
            : _ofNew ??= NewEventCall.OfEvents(_statements, _timeoutSeconds);
        var projections = _statements.Projections.For(call.Fill(requests));
        if (call.IsOfMessages ? !projections.AreRowsOfTasks : projections is { Keys: not null, AreRowsOfWorlds: false })
        {
            return false;
        }

        long[]? written;
        try
        {
            written = await call.ExecuteAsync(projections.AreRowsOfWorlds, connection, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException broken) when (call.IsOfMessages && MayBeRule(broken))
        {
            return false;
        }

        if (written is not null)
        {
            _answers.ReadNew(part, written[0], written[1]);
        }

        return written is not null;
    }

    private static bool IsMessage(in AppendRequest.Part part) =>
        part.Events[0].Serialized.Type == MessageSaved && part.Stream.Value.StartsWith("task:", StringComparison.Ordinal);

    /// <summary>Whether the message may break a rule of the tasks, which the other function names; the classes are those of <c>append_tasks_v1</c>.</summary>
    private static bool MayBeRule(PostgresException fault) =>
        fault.SqlState.StartsWith("23", StringComparison.Ordinal)
        || fault.SqlState.StartsWith("22", StringComparison.Ordinal)
        || fault.SqlState.StartsWith("54", StringComparison.Ordinal)
        || fault.SqlState.StartsWith("LG08", StringComparison.Ordinal);

    /// <summary>Adds what all functions take last: whether the ids are new, and the projections.</summary>
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

    /// <summary>A large request writes the rows of worlds from here, if the role may write them itself.</summary>
    private async Task<InlineProjections> WithWorldsAsync(
        InlineProjections projections, AppendRequest request, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        // All connections of a lane have one role; a caller's may have any.
        var mayWrite = (Connection is null ? null : _mayWrite) ?? await MayWriteAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        _mayWrite = mayWrite;
        if (!mayWrite)
        {
            return projections;
        }

        var worlds = new WorldWork(
            _statements.Options, () => _answers.All is [{ Refusal: null, Results: var results }] && results.All(r => r.Outcome == AppendOutcome.Written));
        foreach (var part in request.Parts)
        {
            foreach (var item in part.Events)
            {
                worlds.Add(part.Stream, item.Serialized.Type, item.Serialized.Json);
            }
        }

        return projections.With(worlds);
    }

    // The rows of branches are written by the functions.
    private static bool HasRun(AppendRequest request)
    {
        foreach (var part in request.Parts)
        {
            if (part.Stream.Value.StartsWith("run:", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<bool> MayWriteAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var right = new NpgsqlCommand(_statements.ImportRight, connection, transaction) { CommandTimeout = _timeoutSeconds };
        await using var _ = right.ConfigureAwait(false);
        return (bool)(await right.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private AppendCall CallOf(IReadOnlyList<AppendRequest> requests) => requests is not [{ Parts: [{ Events.Length: > 0 and var count }] }]
        ? _ofMany ??= new AppendCall(_statements.Append, static () => new BatchParameters(), isOfPart: false, _timeoutSeconds)
        : count == 1
            ? _ofEvent ??= new AppendCall(_statements.AppendEvent, static () => new EventParameters(), isOfPart: true, _timeoutSeconds)
            : _ofPart ??= new AppendCall(_statements.AppendEvents, static () => new PartParameters(), isOfPart: true, _timeoutSeconds);

    private async Task ProjectAsync(
        AppendCall call,
        InlineProjections projections,
        IReadOnlyList<AppendRequest> requests,
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        CancellationToken cancellationToken)
    {
        var append = new NpgsqlBatchCommand(call.Command.CommandText);
        foreach (NpgsqlParameter parameter in call.Command.Parameters)
        {
            append.Parameters.Add(parameter.Clone());
        }

        await projections.ExecuteAsync(
            append,
            async reader =>
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                _answers.Read(reader, requests, call.IsOfPart);
                return true;
            },
            connection,
            transaction,
            _timeoutSeconds,
            cancellationToken).ConfigureAwait(false);
    }
}
