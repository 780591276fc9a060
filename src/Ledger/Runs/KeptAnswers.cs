using System.Collections.Concurrent;

namespace Ledger.Runs;

/// <summary>The answers that were read last, until they are asked for: an agent that is run again asks for one after the other. Safe for concurrent use.</summary>
internal sealed class KeptAnswers
{
    private const long MostBytes = 1024 * 1024;

    private readonly ConcurrentDictionary<Position, RecordedEvent> _answers = new();
    private long _bytes;

    public void Add(RecordedEvent recorded)
    {
        if (CallEventForm.IsResponse(recorded.Type)
            && recorded.Position is { } position
            && Interlocked.Read(ref _bytes) + recorded.Json.Length <= MostBytes
            && _answers.TryAdd(position, recorded))
        {
            Interlocked.Add(ref _bytes, recorded.Json.Length);
        }
    }

    /// <summary>An answer, which is not kept any longer; null if it was not kept.</summary>
    public RecordedEvent? Take(Position position)
    {
        if (!_answers.TryRemove(position, out var recorded))
        {
            return null;
        }

        Interlocked.Add(ref _bytes, -recorded.Json.Length);
        return recorded;
    }
}
