using System.Runtime.CompilerServices;
using Ledger.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The call of <c>append_new_event_v1</c> or <c>append_new_message_v1</c>: one event that cannot be in the log, with Ledger's own rows or without projections after it.</summary>
internal sealed class NewEventCall : IDisposable
{
    private readonly EventParameters _parameters = new();
    private readonly NpgsqlParameter<bool>? _worlds;
    private readonly NpgsqlCommand _command;

    private NewEventCall(string sql, int timeoutSeconds, NpgsqlParameter<bool>? worlds)
    {
        _command = new NpgsqlCommand(sql) { CommandTimeout = timeoutSeconds };
        _parameters.AddTo(_command.Parameters);
        _worlds = worlds;
        if (worlds is not null)
        {
            _command.Parameters.Add(worlds);
        }
    }

    /// <summary>Whether it is for messages of tasks, and writes their rows.</summary>
    public bool IsOfMessages => _worlds is null;

    /// <summary>The call of <c>append_new_event_v1</c>.</summary>
    /// <param name="statements">The statements.</param>
    /// <param name="timeoutSeconds">The time-out; 0 for none.</param>
    public static NewEventCall OfEvents(AppendStatements statements, int timeoutSeconds) =>
        new(statements.AppendNewEvent, timeoutSeconds, new NpgsqlParameter<bool> { NpgsqlDbType = NpgsqlDbType.Boolean });

    /// <summary>The call of <c>append_new_message_v1</c>.</summary>
    /// <param name="statements">The statements.</param>
    /// <param name="timeoutSeconds">The time-out; 0 for none.</param>
    public static NewEventCall OfMessages(AppendStatements statements, int timeoutSeconds) => new(statements.AppendNewMessage, timeoutSeconds, null);

    /// <summary>Takes the request, and returns its stream.</summary>
    public IReadOnlyList<string> Fill(IReadOnlyList<AppendRequest> requests)
    {
        _parameters.Fill(requests);
        return _parameters.Streams;
    }

    /// <summary>Sends it, in a transaction of its own, with the rows of worlds if they are asked for, or those of the task. Its version and its sequence number, or null if nothing was written.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<long[]?> ExecuteAsync(bool worlds, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_worlds is not null)
        {
            _worlds.TypedValue = worlds;
        }

        _command.Connection = connection;
        if (!_command.IsPrepared)
        {
            await _command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        }

        var reader = await _command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var written = reader.IsDBNull(0) ? null : reader.GetFieldValue<long[]>(0);

        // The row comes before the commit does. Only the end of the results shows that it succeeded, and disposing would hide a time-out.
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        return written;
    }

    public void Dispose() => _command.Dispose();
}
