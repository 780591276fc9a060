using System.Collections.ObjectModel;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;

namespace Ledger;

/// <summary>The limits of an <see cref="AgentLedger"/>.</summary>
public sealed record AgentLedgerOptions
{
    // One object, so that two options of the defaults are equal.
    private static readonly ReadOnlyDictionary<string, CallReuse> ReuseByKind =
        new Dictionary<string, CallReuse>(StringComparer.Ordinal) { ["tool"] = Runs.CallReuse.ByOccurrence }.AsReadOnly();

    /// <summary>The largest number of segments in a branch's lineage: default 1,000, at least 1. A lineage is stored in one event.</summary>
    public int MaxLineageDepth
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }
    = BranchFork.DefaultMaxLineageDepth;

    /// <summary>What every append of a run's or branch's handle looks at first: default <see cref="AppendValidation.None"/>.</summary>
    /// <remarks>Appends to the store itself, and imports, are not looked at.</remarks>
    public AppendValidation Validation
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There is no such validation.");
    }

    /// <summary>After how many events a handle takes a snapshot of its run or branch: default null, never; at least 1.</summary>
    /// <remarks>
    /// The append that takes the history past a multiple of the number waits for the snapshot; if the snapshot fails, that is logged and the append succeeds.
    /// The cost is one fold of the events since the last snapshot, and one document as large as the world. In a transaction of the caller leave it out, because
    /// a failed statement would take the transaction with it. In a session of Marten the save waits for it, once for each history, after its commit.
    /// </remarks>
    public int? SnapshotEvery
    {
        get;
        init
        {
            if (value is { } events)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(events, 1, nameof(value));
            }

            field = value;
        }
    }

    /// <summary>How often a process says which calls it is making: default 3 seconds, from 1 millisecond to 1 hour.</summary>
    /// <remarks>
    /// A caller of another machine is waited for as long as it is heard of, however long its call takes. After five heartbeats that did not come, or after
    /// <see cref="CallLease"/> if that is shorter, it counts as gone; a time in which the server did not answer counts at most as one. Others know the period from the
    /// caller. It costs one small write per process and period, and nothing for calls that are shorter. A process that cannot write heartbeats, a store on the caller's
    /// connection and a session keep to <see cref="CallLease"/>. A log in memory needs none.
    /// </remarks>
    public TimeSpan CallHeartbeat
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromHours(1));
            field = value;
        }
    }
    = TimeSpan.FromSeconds(3);

    /// <summary>How long a caller waits for another that is making the same call and of which nothing is heard: default 10 minutes, more than zero.</summary>
    /// <remarks>
    /// It matters for callers without heartbeats: on a log in memory, on an earlier version, and in a transaction of the caller. It must be longer than their longest
    /// call, or a slow call is made twice; it counts from the start of the other caller's call. A caller of the same
    /// process is waited for as long as its call lasts, and one of the same machine whose process has ended is not.
    /// </remarks>
    public TimeSpan CallLease
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    }
    = TimeSpan.FromMinutes(10);

    /// <summary>When recorded answers are used, by the kind of the call: default <see cref="Runs.CallReuse.ByOccurrence"/> for <c>tool</c>.</summary>
    /// <remarks>Other kinds use <see cref="Runs.CallReuse.Once"/>; a call's own options take precedence.</remarks>
    public IReadOnlyDictionary<string, CallReuse> CallReuse { get; init; } = ReuseByKind;

    /// <summary>How approvals of calls are treated: by default one is good for one call, and does not expire.</summary>
    public ApprovalOptions Approvals { get; init; } = new();

    /// <summary>What happens to a call that exceeds a budget: by default it is refused.</summary>
    public BudgetOptions Budgets { get; init; } = new();

    /// <summary>The price of a call in US dollars when its response has none: default null, unknown. It may return null.</summary>
    /// <remarks>Asked when the response is recorded, and recorded with it: a later change of prices changes no history.</remarks>
    public Func<CallCost, decimal?>? Price { get; init; }

    /// <summary>The application's own rules for the status of runs, asked in their order after the built-in ones: default none.</summary>
    /// <remarks>What they say is stored under <see cref="RunRulesName"/>. A program without rules, such as the command-line tool, shows it and does not
    /// overwrite it; one with rules of another name reads the events itself.</remarks>
    public IReadOnlyList<RunRule> RunRules { get; init; } = [];

    /// <summary>The name of the rules, with their version: default "rules". It does not count without rules.</summary>
    /// <remarks>With another name, the rows that are stored under the old one stay as they are until <c>ledger:runs</c> is rebuilt.</remarks>
    public string RunRulesName { get; init; } = "rules";

    /// <summary>What merges, cherry-picks and rebases take as one value: default <see cref="Worlds.MergeRules.None"/>, every top-level property.</summary>
    public MergeRules MergeRules { get; init; } = MergeRules.None;
}
