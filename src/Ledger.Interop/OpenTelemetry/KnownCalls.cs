namespace Ledger.Interop.OpenTelemetry;

/// <summary>
/// What an importer has found in runs, so that requests of a conversation, each of which repeats the messages so far, do not ask the log for all of them again:
/// events do not change, so what was found once is there.
/// </summary>
/// <param name="most">The most entries of all runs, after a request.</param>
/// <param name="timeProvider">When a run was asked for.</param>
internal sealed class KnownCalls(int most, TimeProvider timeProvider)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    // The latest is first.
    private readonly LinkedList<OfRun> _latest = [];
    private readonly Dictionary<StreamName, LinkedListNode<OfRun>> _runs = [];

    /// <summary>How many ids the log was asked for, and how many of its events were looked at, for tests.</summary>
    public long Lookups { get; set; }

    /// <summary>How many entries there are.</summary>
    public int Count => _latest.Sum(run => run.Count);

    /// <summary>What is known of a run; of its calls nothing at first, and again when it was not asked for in a while.</summary>
    public OfRun Of(StreamName run)
    {
        if (_runs.TryGetValue(run, out var known))
        {
            _latest.Remove(known);
            _latest.AddFirst(known);
            if (known.Value.Calls.Count > most / 5)
            {
                // The names of tools are few, and all events would have to be read again to find them.
                known.Value.Calls.Clear();
            }
        }
        else
        {
            _runs[run] = known = _latest.AddFirst(new OfRun(run));
        }

        known.Value.AskedAt = timeProvider.GetUtcNow();
        Forget();
        return known.Value;
    }

    private void Forget()
    {
        var (count, oldest) = (Count, timeProvider.GetUtcNow() - Kept);
        while (_latest.Last is { } last && last != _latest.First && (count > most || last.Value.AskedAt < oldest))
        {
            count -= last.Value.Count;
            _latest.RemoveLast();
            _runs.Remove(last.Value.Run);
        }
    }

    /// <summary>What is known of a run.</summary>
    internal sealed class OfRun(StreamName run)
    {
        public StreamName Run => run;

        public DateTimeOffset AskedAt { get; set; }

        /// <summary>The calls that are in the log, each with the ids of the trace and the span that it is; null for one that is known by its result.</summary>
        public Dictionary<string, string?> Calls { get; } = new(StringComparer.Ordinal);

        /// <summary>The tools of calls without ids up to a position.</summary>
        public HashSet<string> Tools { get; } = new(StringComparer.Ordinal);

        /// <summary>Up to where the run was read for these.</summary>
        public Position ToolsEnd { get; set; }

        /// <summary>How many entries there are, with the run itself.</summary>
        public int Count => 1 + Calls.Count + Tools.Count;
    }
}
