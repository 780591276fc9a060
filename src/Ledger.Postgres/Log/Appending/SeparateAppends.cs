using Ledger.Log;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Projections;
using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>
/// Requests that are sent alone, on separate connections: those of a batch that failed, very large ones, and those of streams that failed recently.
/// </summary>
/// <remarks>
/// Those of one stream are sent one after the other. While there are any, a lane hands over the stream's further requests, so that they keep their order. One
/// that waits for another transaction's lock moves to a separate set of places, so that the rest continues.
/// </remarks>
internal sealed class SeparateAppends(AppendSender sender, Action onWritten) : IDisposable
{
    // So large a request is a batch by itself, and would only hold up the others of a lane.
    private const int LargestGathered = 1_000;
    private const int MostAtOnce = 8;
    private const int MostLargeAtOnce = 2;
    private static readonly TimeSpan Exile = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<StreamName, Turn> _turns = [];
    private readonly SemaphoreSlim _room = new(MostAtOnce, MostAtOnce);
    private readonly SemaphoreSlim _roomForSlow = new(MostAtOnce, MostAtOnce);
    private readonly SemaphoreSlim _roomForLarge = new(MostLargeAtOnce, MostLargeAtOnce);
    private long _cleanedAt = sender.TimeProvider.GetTimestamp();
    private volatile bool _isEmpty = true;

    /// <summary>Whether a request must not go into a batch.</summary>
    public bool Takes(AppendRequest request)
    {
        if (request.EventCount > LargestGathered)
        {
            return true;
        }

        if (_isEmpty)
        {
            return false;
        }

        lock (_gate)
        {
            RemoveEnded(request);
            foreach (var part in request.Parts)
            {
                if (_turns.ContainsKey(part.Stream))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Sends a request when those of its streams that came before have ended, and answers its caller; returns at once.</summary>
    public void Send(PendingAppend pending)
    {
        var turn = new Turn();
        lock (_gate)
        {
            RemoveEnded();
            var before = new List<Task>();
            foreach (var part in pending.Request!.Parts)
            {
                if (_turns.TryGetValue(part.Stream, out var previous))
                {
                    before.Add(previous.Ended);
                }

                _turns[part.Stream] = turn;
            }

            _isEmpty = false;
            turn.Ended = SharedWork.Run(() => SendInTurnAsync(pending, turn, before));
        }
    }

    /// <summary>Waits until no request is in progress.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll(_turns.Values.Select(t => t.Ended));
        }
    }

    public void Dispose()
    {
        _room.Dispose();
        _roomForSlow.Dispose();
        _roomForLarge.Dispose();
    }

    private async Task SendInTurnAsync(PendingAppend pending, Turn turn, List<Task> before)
    {
        await Task.WhenAll(before).ConfigureAwait(false);
        pending.LeaveRoom();
        var hasFailed = false;
        try
        {
            if (!pending.IsAbandoned)
            {
                pending.Complete(await SendAsync(pending).ConfigureAwait(false));
            }
        }
#pragma warning disable CA1031 // Any failure goes to the caller.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            hasFailed = fault is NpgsqlException or ProjectionFailedException or QuotaExceededException;
            pending.Fail(fault);
        }

        lock (_gate)
        {
            turn.EndedAt = sender.TimeProvider.GetTimestamp();
            turn.HasEnded = true;
            turn.HasFailed = hasFailed;
            RemoveEnded(pending.Request!);
        }
    }

    private async Task<AppendAnswer> SendAsync(PendingAppend pending)
    {
        var isLarge = pending.Request!.EventCount > LargestGathered;
        if (!pending.IsSlow && !isLarge)
        {
            using var impatient = sender.CreateImpatientCommand();
            try
            {
                return await SendAsync(pending, _room, impatient).ConfigureAwait(false);
            }
            catch (NpgsqlException fault) when (impatient.TookTooLong(fault))
            {
                // Sent again below, among those that wait as well.
            }
        }

        using var command = sender.CreateCommand();
        return await SendAsync(pending, isLarge ? _roomForLarge : _roomForSlow, command).ConfigureAwait(false);
    }

    private async Task<AppendAnswer> SendAsync(PendingAppend pending, SemaphoreSlim room, AppendCommand command)
    {
        await room.WaitAsync(pending.CancellationToken).ConfigureAwait(false);
        try
        {
            using var relay = new CancellationRelay(pending.CancellationToken);
            var answers = await sender.SendAsync(command, [pending.Request!], pending.Since, relay.Token).ConfigureAwait(false);
            onWritten();
            return answers[0];
        }
        finally
        {
            room.Release();
        }
    }

    private void RemoveEnded(AppendRequest request)
    {
        foreach (var part in request.Parts)
        {
            if (_turns.TryGetValue(part.Stream, out var turn) && IsOver(turn))
            {
                _turns.Remove(part.Stream);
            }
        }

        _isEmpty = _turns.Count == 0;
    }

    // From time to time, those of streams that are no longer written to.
    private void RemoveEnded()
    {
        if (sender.TimeProvider.GetElapsedTime(_cleanedAt) < Exile)
        {
            return;
        }

        _cleanedAt = sender.TimeProvider.GetTimestamp();
        foreach (var (stream, turn) in _turns)
        {
            if (IsOver(turn))
            {
                _turns.Remove(stream);
            }
        }

        _isEmpty = _turns.Count == 0;
    }

    private bool IsOver(Turn turn) =>
        turn.HasEnded && (!turn.HasFailed || sender.TimeProvider.GetElapsedTime(turn.EndedAt) >= Exile);

    /// <summary>The last request of some streams.</summary>
    private sealed class Turn
    {
        public Task Ended { get; set; } = Task.CompletedTask;

        public bool HasEnded { get; set; }

        public bool HasFailed { get; set; }

        public long EndedAt { get; set; }
    }
}
