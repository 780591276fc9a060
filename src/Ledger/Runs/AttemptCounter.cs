namespace Ledger.Runs;

/// <summary>Numbers the identical requests of one attempt of an agent.</summary>
/// <remarks>When a call fails, its number is reused for the next request, which is a repetition. Safe for concurrent use.</remarks>
internal sealed class AttemptCounter
{
    private readonly Dictionary<CallKey, Numbers> _numbers = [];

    /// <summary>The next number, which is not taken.</summary>
    public int Next(CallKey key)
    {
        lock (_numbers)
        {
            return _numbers.TryGetValue(key, out var numbers) ? (numbers.Returned.Count > 0 ? numbers.Returned.Keys.First() : numbers.Next) : 0;
        }
    }

    /// <summary>The next number; one that was returned comes first. Null if another agent, beside the one at work, makes the same request.</summary>
    /// <param name="key">The request.</param>
    /// <param name="scope">The agent at work; null outside of scopes.</param>
    public AttemptNumber? Take(CallKey key, AgentScope? scope)
    {
        lock (_numbers)
        {
            var numbers = Of(key);
            if (scope is not null && !numbers.Scopes.Contains(scope))
            {
                numbers.Scopes.RemoveAll(other => other.IsOver);
                if (numbers.Scopes.Exists(scope.IsBeside))
                {
                    return null;
                }

                numbers.Scopes.Add(scope);
            }

            foreach (var (returned, told) in numbers.Returned)
            {
                numbers.Returned.Remove(returned);
                return new AttemptNumber(returned, told, numbers.Next);
            }

            return new AttemptNumber(numbers.Next++, null, null);
        }
    }

    /// <summary>Takes a number that no request had, in place of one that was returned.</summary>
    /// <returns>The new number, or the same if another request has the new one by now.</returns>
    public AttemptNumber Exchange(CallKey key, AttemptNumber repeated)
    {
        lock (_numbers)
        {
            var numbers = Of(key);
            if (numbers.Next != repeated.Unused)
            {
                return repeated;
            }

            numbers.Returned[repeated.Number] = repeated.Told;
            return new AttemptNumber(numbers.Next++, null, null);
        }
    }

    /// <summary>Returns the number of a call that failed.</summary>
    /// <param name="key">The request.</param>
    /// <param name="number">The number.</param>
    /// <param name="told">The failure that the agent was told; null if none was recorded.</param>
    public void Return(CallKey key, AttemptNumber number, Guid? told)
    {
        lock (_numbers)
        {
            Of(key).Returned[number.Number] = told ?? number.Told;
        }
    }

    private Numbers Of(CallKey key)
    {
        if (!_numbers.TryGetValue(key, out var numbers))
        {
            _numbers.Add(key, numbers = new Numbers());
        }

        return numbers;
    }

    private sealed class Numbers
    {
        public int Next { get; set; }

        public List<AgentScope> Scopes { get; } = [];

        public SortedDictionary<int, Guid?> Returned { get; } = [];
    }
}
