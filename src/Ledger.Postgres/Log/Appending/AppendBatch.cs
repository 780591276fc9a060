using Ledger.Log;
using Ledger.Postgres.Telemetry;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The requests that a lane sends together; used again for the next ones.</summary>
internal sealed class AppendBatch
{
    private const int MostEvents = 1_000;
    private const int MostBytes = 4 * 1024 * 1024;

    private readonly List<PendingAppend> _pending = [];
    private readonly List<AppendRequest> _requests = [];
    private readonly HashSet<Guid> _ids = [];
    private int _events;
    private long _bytes;

    public IReadOnlyList<PendingAppend> Pending => _pending;

    public IReadOnlyList<AppendRequest> Requests => _requests;

    public void Clear()
    {
        _pending.Clear();
        _requests.Clear();
        _ids.Clear();
        (_events, _bytes) = (0, 0);
    }

    /// <summary>Takes a request unless the batch is full or has one of its ids, which may occur once only; the first is always taken.</summary>
    public bool TryAdd(PendingAppend pending)
    {
        var request = pending.Request!;
        if (_pending.Count > 0
            && (_events + request.EventCount > MostEvents || _bytes + request.ByteCount > MostBytes || RepeatsId(request)))
        {
            return false;
        }

        _events += request.EventCount;
        _bytes += request.ByteCount;
        AddIds(request);
        _pending.Add(pending);
        _requests.Add(request);
        return true;
    }

    public void Complete(IReadOnlyList<AppendAnswer> answers)
    {
        for (var i = 0; i < answers.Count; i++)
        {
            _pending[i].Complete(answers[i]);
        }
    }

    public void Fail(Exception fault)
    {
        foreach (var pending in _pending)
        {
            pending.Fail(fault);
        }
    }

    public void RecordQueueTime(TimeProvider timeProvider)
    {
        if (LedgerTelemetry.QueueTime.Enabled)
        {
            foreach (var pending in _pending)
            {
                LedgerTelemetry.QueueTime.Record(timeProvider.GetElapsedTime(pending.Since).TotalSeconds);
            }
        }
    }

    private bool RepeatsId(AppendRequest request)
    {
        foreach (var part in request.Parts)
        {
            foreach (var item in part.Events)
            {
                if (_ids.Contains(item.Id))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void AddIds(AppendRequest request)
    {
        foreach (var part in request.Parts)
        {
            foreach (var item in part.Events)
            {
                _ids.Add(item.Id);
            }
        }
    }
}
