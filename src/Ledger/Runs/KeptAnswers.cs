namespace Ledger.Runs;

/// <summary>The answers that were read or appended last, until they are asked for: an agent that is run again asks for one after the other. Safe for concurrent use.</summary>
internal sealed class KeptAnswers
{
    /// <summary>How many bytes are kept; of more the oldest go.</summary>
    public const long MostBytes = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<Position, LinkedListNode<RecordedEvent>> _answers = [];
    private readonly LinkedList<RecordedEvent> _oldestFirst = [];
    private long _bytes;

    /// <summary>Takes an answer that was read; one that is too large alone is not kept.</summary>
    public void Add(RecordedEvent recorded)
    {
        if (recorded.Json.Length <= MostBytes)
        {
            AddOwn(recorded);
        }
    }

    /// <summary>Takes an answer that was appended just now: its caller asks for it next, so it is kept whatever its size.</summary>
    public void AddOwn(RecordedEvent recorded)
    {
        if (!CallEventForm.IsResponse(recorded.Type) || recorded.Position is not { } position)
        {
            return;
        }

        lock (_gate)
        {
            if (_answers.ContainsKey(position))
            {
                return;
            }

            _answers.Add(position, _oldestFirst.AddLast(recorded));
            _bytes += recorded.Json.Length;
            while (_bytes > MostBytes && _oldestFirst.First is { } oldest && oldest.Value != recorded)
            {
                Remove(oldest);
            }
        }
    }

    /// <summary>An answer, which is not kept any longer; null if it was not kept.</summary>
    public RecordedEvent? Take(Position position)
    {
        lock (_gate)
        {
            if (!_answers.TryGetValue(position, out var kept))
            {
                return null;
            }

            Remove(kept);
            return kept.Value;
        }
    }

    private void Remove(LinkedListNode<RecordedEvent> kept)
    {
        _oldestFirst.Remove(kept);
        _answers.Remove(kept.Value.Position!.Value);
        _bytes -= kept.Value.Json.Length;
    }
}
