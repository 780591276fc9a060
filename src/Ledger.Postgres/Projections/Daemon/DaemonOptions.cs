using Ledger.Projections;
using Microsoft.Extensions.Logging;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>How a node runs asynchronous projections and subscriptions.</summary>
/// <remarks>Immutable. What takes options checks them and reports every fault in one <see cref="PostgresOptionsException"/>.</remarks>
public sealed record DaemonOptions
{
    /// <summary>Whose daemon it is, for the metrics; null where it is that of one log.</summary>
    internal string? Tenant { get; init; }

    /// <summary>The connection string of the daemon, in Npgsql's form: default null, the connections that the application uses.</summary>
    /// <remarks>Use it to connect to the server itself when the application goes through a pooler. Only <c>AddLedgerDaemon</c> reads it; to create a daemon by
    /// hand, pass a data source.</remarks>
    public string? ConnectionString { get; init; }

    /// <summary>The subscriptions that this node can run: default none. Their names must differ from those of the projections.</summary>
    public IReadOnlyList<Subscription> Subscriptions { get; init; } = [];

    /// <summary>What becomes of a shard that fails at an event for good: default <see cref="FailurePolicy.Pause"/>.</summary>
    public FailurePolicy OnFailure { get; init; }

    /// <summary>How often an event is tried again before that: default 3, from 0 to 100.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>The pause before the first retry, which doubles with each, up to half a minute: default 200 ms, more than zero and at most a minute.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a batch should take, which decides how many events it has: default 250 ms, from 1 ms to 10 seconds.</summary>
    /// <remarks>A batch has 1 to 10,000 events. Longer ones catch up faster; shorter ones show the first of their events sooner.</remarks>
    public TimeSpan BatchTime { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many connections the shards of this node share: default 4, from 1 to 100. Two more are the node's: one reads the mark, one listens and holds the locks.</summary>
    /// <remarks>The node counts them at its start: a pool that it would exhaust is refused, and if it leaves fewer than appends use, it logs a
    /// warning.</remarks>
    public int MaxConnections { get; init; } = 4;

    /// <summary>After how many events of a run the daemon saves a snapshot of its world: default null, never; at least 1.</summary>
    /// <remarks>Instead of <see cref="Ledger.AgentLedgerOptions.SnapshotEvery"/>, where an append waits for the snapshot.</remarks>
    public int? WorldSnapshotEvery { get; init; }

    /// <summary>Whether the daemon keeps the summaries of runs (<see cref="Ledger.Runs.IRunSummaries"/>) up to date: default false, and readers take in what they lack.</summary>
    public bool RunSummaries { get; init; }

    /// <summary>Whether the daemon keeps the index of the search across streams (<see cref="Ledger.Log.ILogSearch.SearchAsync"/>): default true. Without it a
    /// search looks at the events themselves.</summary>
    /// <remarks>With it a search for what is rare, or nowhere, takes milliseconds instead of reading the whole log. The index takes about as much space as
    /// the events. Appends do not write it; what it lacks is searched as before. Of a filled log it is written in the background, in half of the time. In a pool that
    /// has no connection for it, it shares those of the other shards. Where the role, the schema or the disk does not allow it, the daemon logs that once and tries
    /// again every half minute; everything else goes on.</remarks>
    public bool SearchIndex { get; init; } = true;

    /// <summary>Further shards, of packages that are released together with this one.</summary>
    internal IReadOnlyList<Func<PostgresOptions, ILogger, TimeProvider, ShardWork>> FurtherShards { get; init; } = [];

    /// <summary>What this node is called where owners are shown: default the machine's name and the number of the process.</summary>
    public string NodeName { get; init; } = $"{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>Returns the options when they have no fault.</summary>
    /// <exception cref="PostgresOptionsException">Something is not as its doc says.</exception>
    internal DaemonOptions Checked(PostgresOptions options)
    {
        var faults = new List<string>();
        PostgresOptions.CheckConnectionString(ConnectionString, faults);
        Check(Subscriptions is not null, $"{nameof(Subscriptions)} is null; leave it out for none.");
        Check(Enum.IsDefined(OnFailure), $"{nameof(OnFailure)} is '{OnFailure}', which is not a valid value.");
        Check(Retries is >= 0 and <= 100, $"{nameof(Retries)} is {Retries}; it must be from 0 to 100.");
        Check(
            RetryDelay > TimeSpan.Zero && RetryDelay <= TimeSpan.FromMinutes(1),
            $"{nameof(RetryDelay)} is '{RetryDelay}'; it must be more than zero and at most a minute.");
        Check(
            BatchTime >= TimeSpan.FromMilliseconds(1) && BatchTime <= TimeSpan.FromSeconds(10),
            $"{nameof(BatchTime)} is '{BatchTime}'; it must be from 1 ms to 10 seconds.");
        Check(MaxConnections is >= 1 and <= 100, $"{nameof(MaxConnections)} is {MaxConnections}; it must be from 1 to 100.");
        Check(WorldSnapshotEvery is null or >= 1, $"{nameof(WorldSnapshotEvery)} is {WorldSnapshotEvery}; it must be at least 1, or null.");
        Check(!string.IsNullOrWhiteSpace(NodeName), $"{nameof(NodeName)} is empty; leave it out for the machine's name.");
        var names = (Subscriptions ?? []).Select(s => s.Name).Concat(options.AsyncProjections.Select(p => p.Key));
        faults.AddRange(names.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => $"'{g.Key}' is declared twice; each projection and subscription needs its own name."));
        return faults.Count == 0 ? this : throw new PostgresOptionsException(faults);

        void Check(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }
}
