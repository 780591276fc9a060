using System.Runtime.CompilerServices;
using Ledger.Json;
using Ledger.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The call of <c>append_new_events_v1</c>: an event to each of several streams, which cannot be in the log, with the rows of worlds or without projections after them.</summary>
/// <remarks>Used for one batch at a time: <see cref="TryTake"/>, then <see cref="ExecuteAsync"/>.</remarks>
internal sealed class NewEventsCall : IDisposable
{
    private const int SkippedInPause = 16;

    private readonly List<(string Stream, int Request)> _order = [];
    private readonly List<string> _streams = [];
    private readonly EventColumns _events = new();
    private readonly NpgsqlParameter<bool> _worlds = new() { NpgsqlDbType = NpgsqlDbType.Boolean };
    private readonly NpgsqlCommand _command;
    private int _skips;

    /// <summary>Creates it.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="timeoutSeconds">The time-out; 0 for none.</param>
    public NewEventsCall(string sql, int timeoutSeconds)
    {
        _command = new NpgsqlCommand(sql) { CommandTimeout = timeoutSeconds };
        _command.Parameters.With(_streams, NpgsqlDbType.Array | NpgsqlDbType.Text);
        _events.AddTo(_command.Parameters);
        _command.Parameters.Add(_worlds);
    }

    /// <summary>The streams of the requests, in code point order.</summary>
    public IReadOnlyList<string> Streams => _streams;

    /// <summary>The places of the requests in the order of their streams.</summary>
    public IReadOnlyList<(string Stream, int Request)> Order => _order;

    /// <summary>Takes requests if each has one event for a stream of its own, and expects no version.</summary>
    public bool TryTake(IReadOnlyList<AppendRequest> requests)
    {
        if (_skips > 0)
        {
            _skips--;
            return false;
        }

        _order.Clear();
        _streams.Clear();
        for (var i = 0; i < requests.Count; i++)
        {
            if (requests[i].Parts is not [{ Events.Length: 1, Expected.Version: null } part])
            {
                return false;
            }

            // Many callers of one stream are told apart before their names are sorted.
            if (i > 0 && _order[i - 1].Stream == part.Stream.Value)
            {
                return false;
            }

            _order.Add((part.Stream.Value, i));
        }

        _order.Sort(static (one, other) => CodePointComparer.Instance.Compare(one.Stream, other.Stream));
        foreach (var (stream, _) in _order)
        {
            if (_streams.Count > 0 && _streams[^1] == stream)
            {
                return false;
            }

            _streams.Add(stream);
        }

        return true;
    }

    /// <summary>Sends the requests that it has taken, in a transaction of their own, with the rows of worlds if they are asked for. The versions and then the sequence numbers in
    /// <see cref="Order"/>, or null if nothing was written.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<long[]?> ExecuteAsync(
        IReadOnlyList<AppendRequest> requests, bool worlds, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        _events.Clear();
        foreach (var (_, request) in _order)
        {
            _events.Add(requests[request].Parts[0].Events[0]);
        }

        _events.Complete();
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

        if (written is null)
        {
            Pause();
        }

        return written;
    }

    /// <summary>Takes none of the next batches: they are probably as the last one, whose streams are new or archived, or have other projections.</summary>
    public void Pause() => _skips = SkippedInPause;

    public void Dispose() => _command.Dispose();
}
