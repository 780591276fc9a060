namespace Ledger.Interop.OpenTelemetry;

/// <summary>
/// What an importer has found in runs, so that requests of a conversation, each of which repeats the messages so far, do not ask the log for all of them again:
/// events do not change, so what was found once is there.
/// </summary>
internal sealed class KnownCalls
{
    private const int MostRuns = 500;
    private const int MostCalls = 20_000;

    private readonly Dictionary<StreamName, OfRun> _runs = [];

    /// <summary>How many ids the log was asked for, and how many of its events were looked at, for tests.</summary>
    public long Lookups { get; set; }

    /// <summary>What is known of a run; of its calls nothing at first, and again when there are many.</summary>
    public OfRun Of(StreamName run)
    {
        if (!_runs.TryGetValue(run, out var known))
        {
            if (_runs.Count >= MostRuns)
            {
                _runs.Clear();
            }

            _runs[run] = known = new OfRun();
        }
        else if (known.Calls.Count > MostCalls)
        {
            // The names of tools are few, and all events would have to be read again to find them.
            known.Calls.Clear();
        }

        return known;
    }

    /// <summary>What is known of a run.</summary>
    internal sealed class OfRun
    {
        /// <summary>The calls that are in the log, each with the ids of the trace and the span that it is; null for one that is known by its result.</summary>
        public Dictionary<string, string?> Calls { get; } = new(StringComparer.Ordinal);

        /// <summary>The tools of calls without ids up to a position.</summary>
        public HashSet<string> Tools { get; } = new(StringComparer.Ordinal);

        /// <summary>Up to where the run was read for these.</summary>
        public Position ToolsEnd { get; set; }
    }
}
