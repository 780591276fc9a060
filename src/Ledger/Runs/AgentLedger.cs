using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ledger;

/// <summary>The runs and branches of one log: start them, find them, fork them.</summary>
/// <remarks>Safe for concurrent use; apart from the store it holds only which calls are being made through it.</remarks>
public sealed partial class AgentLedger
{
    private readonly ReadStatistics? _statistics;

    /// <summary>Creates a ledger on a store.</summary>
    /// <param name="store">Where the events are.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <param name="logger">Where it is said that a snapshot was not used or not taken; null for nowhere.</param>
    /// <param name="timeProvider">The clock by which calls of others are waited for; null for the system's.</param>
    public AgentLedger(
        IEventStore store,
        AgentLedgerOptions? options = null,
        ILogger<AgentLedger>? logger = null,
        TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        Store = store;
        Options = options ?? new AgentLedgerOptions();
        Logger = logger ?? NullLogger<AgentLedger>.Instance;
        TimeProvider = timeProvider ?? TimeProvider.System;
    }

    private AgentLedger(AgentLedger other, ReadStatistics statistics)
    {
        (Store, Options, Logger, TimeProvider) = (other.Store, other.Options, other.Logger, other.TimeProvider);
        (CallTurns, BudgetTurns, CallSource) = (other.CallTurns, other.BudgetTurns, other.CallSource);
        _statistics = statistics;
    }

    /// <summary>The store of the events.</summary>
    public IEventStore Store { get; }

    /// <summary>The limits in force.</summary>
    public AgentLedgerOptions Options { get; }

    /// <summary>Whether an append that has returned is in the log; in a session or transaction of the caller it may still be rolled back.</summary>
    internal bool AppendsStay => Store.Get<ICallOwners>() is not null;

    internal ILogger Logger { get; }

    internal TimeProvider TimeProvider { get; }

    /// <summary>Which caller is currently making which call.</summary>
    internal KeyedLock<(StreamName Stream, CallKey Key, CallOccurrence Wanted)> CallTurns { get; } = new();

    /// <summary>Which caller is currently deciding on which budget.</summary>
    internal KeyedLock<StreamName> BudgetTurns { get; } = new();

    /// <summary>What answers calls in the place of those that callers pass; null for no one.</summary>
    internal ICallSource? CallSource { get; init; }

    /// <summary>A handle on the same runs and branches that counts its lists and the reads of the runs it returns.</summary>
    /// <param name="statistics">What the counts are added to.</param>
    public AgentLedger WithStatistics(ReadStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return new AgentLedger(this, statistics);
    }

    /// <summary>Returns a handle on a run, without asking the store whether it exists; its first append creates it.</summary>
    public Run GetRun(string id) => new(this, History.OfRun(StreamName.Run(id)), _statistics);

    /// <summary>Returns a handle on a run or another stream of the application, without asking the store whether it exists; its first append creates it.</summary>
    /// <exception cref="ArgumentException">The name is that of a branch, whose history only <see cref="OpenAsync(StreamName, CancellationToken)"/> knows.</exception>
    public Run GetStream(StreamName stream) => stream.IsBranch
        ? throw new ArgumentException($"'{stream}' is a branch. Open it with {nameof(OpenAsync)}, or create it with {nameof(ForkAsync)}.", nameof(stream))
        : new Run(this, History.OfRun(stream), _statistics);

    /// <summary>Creates a run at length 0. Done again before its first event it changes nothing.</summary>
    /// <param name="id">The id, or null for a new one.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="WrongExpectedVersionException">The run has events already.</exception>
    public async Task<Run> StartRunAsync(string? id = null, CancellationToken cancellationToken = default)
    {
        var run = GetRun(id ?? Guid.CreateVersion7().ToString());
        await Store.AppendAsync(run.StreamName, ExpectedVersion.NoStream, [], cancellationToken).ConfigureAwait(false);
        return run;
    }

    /// <summary>Finds a run, a branch, or any other stream, as a history that can be read, appended to and forked; null when there is none.</summary>
    public async Task<Run?> FindAsync(StreamName stream, CancellationToken cancellationToken = default)
    {
        var history = await Store.GetHistoryAsync(stream, cancellationToken).ConfigureAwait(false);
        return history is null ? null : new Run(this, history, _statistics);
    }

    /// <summary>Finds several runs, branches or other streams at once, in the order of the names; those that do not exist are left out.</summary>
    /// <param name="streams">The streams; one that occurs twice counts once.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<Run>> FindAllAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken = default)
    {
        var histories = await Store.FindHistoriesAsync(streams, cancellationToken).ConfigureAwait(false);
        return [.. histories.Select(history => new Run(this, history, _statistics))];
    }

    /// <summary>Finds a run or branch that must exist.</summary>
    /// <exception cref="StreamNotFoundException">There is no run or branch of that name.</exception>
    public async Task<Run> OpenAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        await FindAsync(stream, cancellationToken).ConfigureAwait(false) ?? throw new StreamNotFoundException(stream);

    /// <summary>Finds a run or branch that must exist, by its bare id or its stream name, as the command line does.</summary>
    /// <param name="id">A stream name with its prefix, such as <c>branch:b</c>, or an id: that of a run, else that of a branch, else a whole
    /// stream name.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">The id is empty, or a run and a branch both have it.</exception>
    /// <exception cref="StreamNotFoundException">There is no such stream.</exception>
    public async Task<Run> OpenAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        if (id.Contains(':', StringComparison.Ordinal))
        {
            return await OpenAsync(new StreamName(id), cancellationToken).ConfigureAwait(false);
        }

        StreamName[] names = [StreamName.Run(id), StreamName.Branch(id), new StreamName(id)];
        var found = await FindAllAsync(names, cancellationToken).ConfigureAwait(false);
        return found switch
        {
            [] => throw new StreamNotFoundException(names[2]),
            [_, { StreamName.IsBranch: true }, ..] => throw new ArgumentException(
                $"'{id}' is the id of a run and of a branch. Name one of them: 'run:{id}' or 'branch:{id}'.", nameof(id)),
            [var first, ..] => first,
        };
    }

    /// <summary>Lists the runs, sorted by id, with flat memory.</summary>
    public IAsyncEnumerable<StreamInfo> ListRunsAsync(CancellationToken cancellationToken = default) =>
        Observed(Store.ListStreamsAsync("run:", cancellationToken), cancellationToken);

    /// <summary>Forks a run or branch: the branch shares its first events by reference, and continues independently.</summary>
    /// <remarks>
    /// One event is written, at position <paramref name="at"/> of the branch, however long or deep the prefix is; the parent does not change, and its later
    /// events are not part of the branch. A position beyond the end is refused. kando would take the whole parent, and count a negative position from the end;
    /// both hide mistakes.
    /// </remarks>
    /// <param name="parent">The run or branch.</param>
    /// <param name="at">How many of its events the branch shares.</param>
    /// <param name="options">The branch's id and label; null for a new id without a label.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="StreamNotFoundException">There is no such parent.</exception>
    /// <exception cref="ForkPositionException">The position is beyond the end of the parent's history.</exception>
    /// <exception cref="BranchExistsException">The branch's id is taken.</exception>
    /// <exception cref="LineageDepthException">The lineage would be deeper than <see cref="AgentLedgerOptions.MaxLineageDepth"/>.</exception>
    public Task<Run> ForkAsync(
        StreamName parent,
        Position at,
        ForkOptions? options = null,
        CancellationToken cancellationToken = default) => ForkAtAsync(parent, at, options, cancellationToken);

    /// <summary>Forks a run or branch at its end: the branch shares all events that the parent has now.</summary>
    /// <param name="parent">The run or branch.</param>
    /// <param name="options">The branch's id and label; null for a new id without a label.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="StreamNotFoundException">There is no such parent.</exception>
    /// <exception cref="BranchExistsException">The branch's id is taken.</exception>
    /// <exception cref="LineageDepthException">The lineage would be deeper than <see cref="AgentLedgerOptions.MaxLineageDepth"/>.</exception>
    public Task<Run> ForkAsync(StreamName parent, ForkOptions? options = null, CancellationToken cancellationToken = default) =>
        ForkAtAsync(parent, null, options, cancellationToken);

    /// <summary>The price of a call by <see cref="AgentLedgerOptions.Price"/>; null where that has none.</summary>
    internal decimal? PriceOf(CallCost used, StreamName stream)
    {
#pragma warning disable CA1031 // A call is not worth losing for its price.
        try
        {
            return Options.Price?.Invoke(used) is >= 0 and var usd ? usd : null;
        }
        catch (Exception e)
        {
            LogMessages.PriceFailed(Logger, e, stream.Value, used.Model ?? "");
            return null;
        }
#pragma warning restore CA1031
    }

    /// <summary>Creates a branch that is described whole.</summary>
    internal Task<BranchInfo> CreateBranchAsync(BranchCreated branch, EventMetadata metadata, CancellationToken cancellationToken) =>
        branch.Lineage!.Count > Options.MaxLineageDepth
            ? throw new LineageDepthException(new StreamName(branch.Parent!), branch.Lineage.Count, Options.MaxLineageDepth)
            : Store.CreateBranchAsync(branch, metadata, cancellationToken);

    /// <summary>Compares the histories of two runs or branches from the front; see <see cref="Divergence"/>.</summary>
    /// <remarks>What both share by reference is not read; of the rest a page of each is in memory.</remarks>
    /// <exception cref="StreamNotFoundException">One of them does not exist.</exception>
    public async Task<Divergence> FirstDivergenceAsync(StreamName a, StreamName b, CancellationToken cancellationToken = default)
    {
        var left = await OpenAsync(a, cancellationToken).ConfigureAwait(false);
        var right = await OpenAsync(b, cancellationToken).ConfigureAwait(false);
        return await left.FirstDivergenceAsync(right, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The branches below a run or branch, or all of them, as trees; the oldest first at every level.</summary>
    public async Task<IReadOnlyList<BranchNode>> ListBranchesAsync(
        StreamName? root = null,
        CancellationToken cancellationToken = default)
    {
        var branches = new List<BranchInfo>();
        await foreach (var branch in Observed(Store.ListBranchesAsync(root, cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            branches.Add(branch);
        }

        return BranchNode.Arrange(branches);
    }

    /// <summary>Finds the merges, cherry-picks and rebases of several runs and branches: which others each took over from, and where.</summary>
    /// <remarks>A few look-ups by ids for all of them, however long their histories are.</remarks>
    /// <param name="streams">The runs and branches; only what they have themselves is returned, stream by stream in the order of the names.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<BranchJoin>> FindJoinsAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken = default)
    {
        var histories = await Store.FindHistoriesAsync(streams, cancellationToken).ConfigureAwait(false);
        var graph = new MergeGraph(Store);
        await graph.LoadAsync(histories, cancellationToken).ConfigureAwait(false);
        return [.. histories.SelectMany(h => graph.JoinsOf(h.Stream))];
    }

    /// <summary>Whether the caller of an open call is gone, or has been silent for too long; null if that cannot be told.</summary>
    internal async Task<bool?> IsGoneAsync(OpenCall call, CallListener listener, CancellationToken cancellationToken)
    {
        if (call.IsUnknown || CallOwner.IsGone(call.Owner))
        {
            return true;
        }

        // What this process can see needs no heartbeat, which a busy one may send late.
        if (CallOwner.IsAtWork(call.Owner))
        {
            return false;
        }

        if (CallOwner.PeriodOf(call.Owner) is not { } period
            || Store.Get<ICallOwners>() is not { } owners
            || await owners.FindSilencesAsync([call], cancellationToken).ConfigureAwait(false) is not [var silence])
        {
            return null;
        }

        var limit = LongestSilence(period);
        var listened = listener.Take(silence, period);
        if (silence.Length < limit || listened < limit)
        {
            return false;
        }

        LogMessages.CallOwnerSilent(Logger, call.RequestId, call.Owner!, silence.Length);
        return true;
    }

    /// <summary>After what silence a caller counts as gone.</summary>
    private TimeSpan LongestSilence(TimeSpan period) => TimeSpan.FromTicks(Math.Min((period * CallHeartbeat.MostMissed).Ticks, Options.CallLease.Ticks));

    /// <summary>Forks a run or branch, and writes to the branch in the same transaction.</summary>
    internal async Task<Run> ForkAsync(
        StreamName parent, Position at, ForkOptions options, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        var created = await Store.ForkAsync(ForkOf(parent, at, options), events, cancellationToken).ConfigureAwait(false);
        return new Run(this, created.History, _statistics);
    }

    private async Task<Run> ForkAtAsync(StreamName parent, Position? at, ForkOptions? options, CancellationToken cancellationToken)
    {
        var created = await Store.ForkAsync(ForkOf(parent, at, options ?? new ForkOptions()), cancellationToken).ConfigureAwait(false);
        return new Run(this, created.History, _statistics);
    }

    private BranchFork ForkOf(StreamName parent, Position? at, ForkOptions options) => new(parent, options.Id ?? Guid.CreateVersion7().ToString())
    {
        At = at,
        Name = options.Name,
        Metadata = options.Metadata,
        MaxLineageDepth = Options.MaxLineageDepth,
    };

    private IAsyncEnumerable<T> Observed<T>(IAsyncEnumerable<T> rows, CancellationToken cancellationToken) =>
        _statistics is null ? rows : _statistics.ObserveRowsAsync(rows, cancellationToken);
}
