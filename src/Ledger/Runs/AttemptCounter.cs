namespace Ledger.Runs;

/// <summary>Numbers the identical requests of one attempt of an agent.</summary>
/// <remarks>When a call fails, its number is reused for the next request, which is a repetition. Safe for concurrent use.</remarks>
internal sealed class AttemptCounter
{
    private readonly Dictionary<CallKey, (int Next, SortedSet<int> Returned)> _numbers = [];

    public int Take(CallKey key)
    {
        lock (_numbers)
        {
            var (next, returned) = _numbers.TryGetValue(key, out var known) ? known : (0, []);
            if (returned.Count > 0)
            {
                var number = returned.Min;
                returned.Remove(number);
                return number;
            }

            _numbers[key] = (next + 1, returned);
            return next;
        }
    }

    public void Return(CallKey key, int number)
    {
        lock (_numbers)
        {
            _numbers[key].Returned.Add(number);
        }
    }
}
