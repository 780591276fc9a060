using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;

namespace Ledger;

/// <summary>A handle on a run or a branch: append to it, read its whole history, fork it.</summary>
/// <remarks>
/// Safe for concurrent use. A branch reads like a run; its shared prefix is read from its ancestors. A handle stands for one agent: it remembers
/// the answers that it was given, which are the causes of what it appends next. Agents that share a handle each open an <see cref="AgentScope"/>.
/// </remarks>
public sealed partial class Run
{
    private readonly AgentLedger _ledger;
    private readonly GivenAnswers _answers = new();

    internal Run(AgentLedger ledger, History history, ReadStatistics? statistics = null, WorldFaults faults = WorldFaults.Skip)
    {
        _ledger = ledger;
        History = history;
        _statistics = statistics;
        _faults = faults;
        _calls = new CallLog(this, ledger.Store.Registry);
        _budget = new BudgetBook(this, ledger);
    }

    // The same history for another attempt of an agent.
    private Run(Run other, string attempt)
        : this(other._ledger, other.History, other._statistics, other._faults) =>
        (_attempt, _calls, _budget) = (attempt, other._calls, other._budget);

    /// <summary>The id without its prefix.</summary>
    public string Id => StreamName.Id;

    /// <summary>The stream that holds the own events, such as <c>run:abc-123</c>.</summary>
    public StreamName StreamName => History.Stream;

    /// <summary>What the history is made of.</summary>
    public History History { get; }

    /// <summary>Appends to the end, wherever that is.</summary>
    /// <param name="events">The events: each an event record, or a <see cref="NewEvent"/> with its own id or metadata.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <returns>The length of the history after the append; unchanged if there were no events.</returns>
    public Task<Position> AppendAsync(IReadOnlyList<object> events, CancellationToken cancellationToken = default) =>
        AppendAsync(events, ExpectedVersion.Any, cancellationToken);

    /// <summary>Appends if the history still has an expected length.</summary>
    /// <param name="events">The events.</param>
    /// <param name="expectedLength">The length that the history must have; the state that the events were decided on.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <exception cref="WrongExpectedVersionException">The history has another length; it speaks in versions of the own stream.</exception>
    public Task<Position> AppendAsync(
        IReadOnlyList<object> events,
        Position expectedLength,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(expectedLength, History.PrefixLength);
        var version = new StreamVersion(expectedLength.Value - History.PrefixLength.Value);
        return AppendAsync(events, ExpectedVersion.Exactly(version), cancellationToken);
    }

    /// <summary>Appends to the end, if the world takes the events one after the other; see <see cref="WorldFold"/>.</summary>
    /// <remarks>
    /// <para>The log itself takes any event, and worlds skip those that cannot be applied. This call checks the events first, in order, so that an object
    /// created by an earlier event exists for later ones:</para>
    /// <list type="number">
    /// <item>Events that apply to any world, or do not concern the world, are appended at once.</item>
    /// <item>For patches the objects are looked up, by rows if the store has them, else by a fold. Then the events are written at the length that was checked:
    /// if another writer was faster, the check is repeated.</item>
    /// <item>Events that are already in the history are not refused: the first answer is returned again.</item>
    /// </list>
    /// <para>In a transaction or session of the caller, the check sees what reads there see.</para>
    /// </remarks>
    /// <param name="events">The events.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <returns>The length of the history after the append.</returns>
    /// <exception cref="WorldFaultException">An event cannot be applied: nothing was written.</exception>
    public Task<Position> AppendValidatedAsync(IReadOnlyList<object> events, CancellationToken cancellationToken = default) =>
        AppendValidatedCoreAsync(Correlated(events), null, cancellationToken);

    /// <summary>Appends if the history still has an expected length, and if the world takes the events one after the other.</summary>
    /// <param name="events">The events.</param>
    /// <param name="expectedLength">The length that the history must have.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <exception cref="WrongExpectedVersionException">The history has another length; it speaks in versions of the own stream.</exception>
    /// <exception cref="WorldFaultException">An event cannot be applied: nothing was written.</exception>
    public Task<Position> AppendValidatedAsync(
        IReadOnlyList<object> events,
        Position expectedLength,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(expectedLength, History.PrefixLength);
        return AppendValidatedCoreAsync(Correlated(events), expectedLength, cancellationToken);
    }

    /// <summary>Reads the history in order, with flat memory.</summary>
    /// <param name="from">The position of the first event wanted; at or after the end there is nothing to read.</param>
    /// <param name="to">The position after the last event wanted, or null for the end.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public IAsyncEnumerable<RecordedEvent> ReadAsync(
        Position from = default,
        Position? to = null,
        CancellationToken cancellationToken = default) =>
        Observed(_ledger.Store.ReadHistoryAsync(History, from, to, cancellationToken), cancellationToken);

    /// <summary>Reads the whole history into memory.</summary>
    public async Task<IReadOnlyList<RecordedEvent>> ReadAllAsync(CancellationToken cancellationToken = default)
    {
        var events = new List<RecordedEvent>();
        await foreach (var recorded in ReadAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            events.Add(recorded);
        }

        return events;
    }

    /// <summary>The number of events in the history; 0 for a run that does not exist.</summary>
    public async Task<Position> GetLengthAsync(CancellationToken cancellationToken = default)
    {
        if (History.PartOf is not null)
        {
            return History.PrefixLength;
        }

        var stream = await _ledger.Store.GetStreamAsync(StreamName, cancellationToken).ConfigureAwait(false);
        return History.LengthAt(stream?.Version ?? StreamVersion.Empty);
    }

    /// <summary>Forks this run or branch; see <see cref="AgentLedger.ForkAsync(StreamName, Position, ForkOptions?, CancellationToken)"/>.</summary>
    public Task<Run> ForkAsync(Position at, ForkOptions? options = null, CancellationToken cancellationToken = default) =>
        _ledger.ForkAsync(History.PartOf ?? StreamName, at, options, cancellationToken);

    /// <summary>Forks this run or branch at its end; see <see cref="AgentLedger.ForkAsync(StreamName, ForkOptions?, CancellationToken)"/>.</summary>
    public Task<Run> ForkAsync(ForkOptions? options = null, CancellationToken cancellationToken = default) =>
        History.PartOf is { } whole ? _ledger.ForkAsync(whole, History.PrefixLength, options, cancellationToken) : _ledger.ForkAsync(StreamName, options, cancellationToken);

    private Task<Position> AppendAsync(IReadOnlyList<object> events, ExpectedVersion expected, CancellationToken cancellationToken)
    {
        var correlated = Correlated(events);
        if (_ledger.Options.Validation == AppendValidation.WorldEvents)
        {
            Position? length = expected.Version is { } version ? History.LengthAt(version) : null;
            return AppendValidatedCoreAsync(correlated, length, cancellationToken);
        }

        return AppendAsync(new StreamAppend(StreamName, expected, correlated), correlated, cancellationToken);
    }

    // By itself: what an asynchronous method keeps is allocated for each call, and this is the call of every append.
    private async Task<Position> AppendAsync(StreamAppend append, NewEvent[] events, CancellationToken cancellationToken)
    {
        var results = await _ledger.Store.AppendAsync([append], cancellationToken).ConfigureAwait(false);
        return await EndOfAsync(results[0], events, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Position> AppendValidatedCoreAsync(
        NewEvent[] events,
        Position? expectedLength,
        CancellationToken cancellationToken)
    {
        var append = new ValidatedAppend(this, _ledger.Store, events);
        var result = await append.RunAsync(expectedLength, cancellationToken).ConfigureAwait(false);
        return await EndOfAsync(result, events, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An event as an append to this history writes it.</summary>
    internal NewEvent Correlated(NewEvent made) => made.CorrelationId is null ? made with { CorrelationId = History.Root.Value } : made;

    /// <summary>The answers that the agent at work was given: what it appends next follows from them.</summary>
    internal GivenAnswers Answers => AgentScope.AnswersOf(_ledger.Store, StreamName) ?? _answers;

    private NewEvent[] Correlated(IReadOnlyList<object> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        CheckTakesMore();
        var root = History.Root.Value;
        var correlated = new NewEvent[events.Count];
        var answers = Answers.Present;
        for (var i = 0; i < correlated.Length; i++)
        {
            var made = events[i] is NewEvent own ? Correlated(own) : new NewEvent(events[i]) { CorrelationId = root, IsNew = true };
            correlated[i] = answers.Count > 0 && made.Metadata is { Causes.Count: 0, ForeignCauses.Count: 0 }
                ? made with { Metadata = made.Metadata with { Causes = answers } }
                : made;
        }

        return correlated;
    }
}
