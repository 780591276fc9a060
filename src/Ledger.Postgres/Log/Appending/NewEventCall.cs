using System.Runtime.CompilerServices;
using Ledger.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The call of <c>append_new_event_v1</c>: one event that cannot be in the log, with the rows of worlds or without projections after it.</summary>
internal sealed class NewEventCall : IDisposable
{
    private readonly EventParameters _parameters = new();
    private readonly NpgsqlParameter<bool> _worlds = new() { NpgsqlDbType = NpgsqlDbType.Boolean };
    private readonly NpgsqlCommand _command;

    /// <summary>Creates it.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="timeoutSeconds">The time-out; 0 for none.</param>
    public NewEventCall(string sql, int timeoutSeconds)
    {
        _command = new NpgsqlCommand(sql) { CommandTimeout = timeoutSeconds };
        _parameters.AddTo(_command.Parameters);
        _command.Parameters.Add(_worlds);
    }

    /// <summary>Takes the request, and returns its stream.</summary>
    public IReadOnlyList<string> Fill(IReadOnlyList<AppendRequest> requests)
    {
        _parameters.Fill(requests);
        return _parameters.Streams;
    }

    /// <summary>Sends it, in a transaction of its own, with the rows of worlds if they are asked for. Its version and its sequence number, or null if nothing was written.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<long[]?> ExecuteAsync(bool worlds, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        _worlds.TypedValue = worlds;
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
