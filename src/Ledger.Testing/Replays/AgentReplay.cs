using System.Text.Json;
using Ledger.Events;
using Ledger.Files;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Testing.Replays;

/// <summary>An agent runs again against a recording: its calls are answered from it, and what it appends is compared with it.</summary>
/// <remarks>
/// <para>
/// Give <see cref="Run"/> to the agent in the place of its run. Nothing goes out: a call that the recording does not have fails with a
/// <see cref="ReplayDivergenceException"/>, unless <see cref="AgentReplayOptions.LiveFrom"/> allows it. Identical requests get their recorded answers one after
/// the other, and a call that failed fails again. Afterwards <see cref="CheckAsync"/> names the first difference.
/// </para>
/// <para>
/// The recording is not changed; the agent writes to a store in memory. Ids, times, causes and who appended are not compared, and the order of parallel calls
/// is free. An agent that asks a model about the present time, or about ids that it makes itself, diverges: pass them in.
/// </para>
/// <para>Safe for concurrent use by the calls of one agent.</para>
/// </remarks>
public sealed class AgentReplay
{
    private readonly IReadOnlyList<RecordedEvent> _events;
    private readonly AgentReplayOptions _options;
    private readonly Recording _recording;

    private AgentReplay(IReadOnlyList<RecordedEvent> events, AgentReplayOptions options, EventRegistry registry)
    {
        _events = events;
        _options = options;
        _recording = new Recording(events, options.StartAt, options.LiveFrom);
        Run = new AgentLedger(new MemoryEventStore(registry), options.Ledger) { CallSource = _recording }.GetRun("replay");
    }

    /// <summary>What the agent runs on: an empty run, or the events before <see cref="AgentReplayOptions.StartAt"/>.</summary>
    public Run Run { get; }

    /// <summary>How many calls the recording has, of those that may be answered.</summary>
    public int RecordedCalls => _recording.Count.All;

    /// <summary>How many of them the agent has made.</summary>
    public int ReplayedCalls => _recording.Count.Asked;

    /// <summary>Replays a run or branch of any store.</summary>
    /// <param name="recording">The recording; it is read whole.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ArgumentOutOfRangeException">The recording ends before <see cref="AgentReplayOptions.StartAt"/>.</exception>
    public static async Task<AgentReplay> OfAsync(Run recording, AgentReplayOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recording);
        return await CreateAsync(await recording.ReadAllAsync(cancellationToken).ConfigureAwait(false), options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Replays an event file, such as one that <c>ledger events RUN --json</c> has written: a golden run that is kept beside its test.</summary>
    /// <param name="path">The file, JSON Lines.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="EventFileException">The file has something else than events; the message has the line.</exception>
    public static async Task<AgentReplay> OfFileAsync(string path, AgentReplayOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var text = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        var events = EventFile.Record(EventFile.Read(text), StreamName.Run("recording"), DateTimeOffset.UnixEpoch, options?.Registry).ToList();
        return await CreateAsync(events, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Compares what the agent did with the recording, when it has ended.</summary>
    /// <remarks>The first divergent call counts first, also if the agent caught its exception; then the appended events in their order; then calls that the agent did not make.</remarks>
    /// <exception cref="ReplayDivergenceException">They differ; the message says where and how.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken = default)
    {
        if (_recording.First is { } divergence)
        {
            throw divergence;
        }

        var replayed = (await Run.ReadAllAsync(cancellationToken).ConfigureAwait(false)).Where(e => e.Position >= _options.StartAt && Counts(e)).ToList();
        var recorded = _events.Where(e => e.Position >= _options.StartAt && (_options.LiveFrom is null || e.Position < _options.LiveFrom) && Counts(e)).ToList();
        for (var i = 0; i < recorded.Count; i++)
        {
            Compare(recorded[i], i < replayed.Count ? replayed[i] : null);
        }

        if (_options.LiveFrom is null && replayed.Count > recorded.Count)
        {
            var more = replayed[recorded.Count];
            throw new ReplayDivergenceException(
                $"The recording has no further event; the agent appended '{more.Type}' {JsonDifference.Text(more.ToJsonElement())}.", null, more.ToJsonElement());
        }

        if (_recording.FirstNotAsked is { } call)
        {
            throw new ReplayDivergenceException(
                $"The agent did not make the call that was recorded at position {call.Position}: '{call.Type}' {JsonDifference.Text(call.ToJsonElement())}.", call, null);
        }
    }

    private static async Task<AgentReplay> CreateAsync(IReadOnlyList<RecordedEvent> events, AgentReplayOptions? options, CancellationToken cancellationToken)
    {
        options ??= new AgentReplayOptions();
        if (options.StartAt.Value > events.Count)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.StartAt, $"The recording has {events.Count} events.");
        }

        var replay = new AgentReplay(events, options, options.Registry ?? EventRegistry.Default);
        NewEvent[] before = [.. events.Take((int)options.StartAt.Value).Select(Copy)];
        if (before.Length > 0)
        {
            await replay.Run.AppendAsync(before, cancellationToken).ConfigureAwait(false);
        }

        return replay;
    }

    private static NewEvent Copy(RecordedEvent recorded) =>
        new(new UntypedEvent(recorded.Type, recorded.ToJsonElement()), recorded.Metadata) { Id = recorded.Id, CorrelationId = recorded.CorrelationId };

    private void Compare(RecordedEvent recorded, RecordedEvent? replayed)
    {
        if (replayed is null)
        {
            throw new ReplayDivergenceException(
                $"The agent appended nothing more, but the recording has '{recorded.Type}' at position {recorded.Position}: {JsonDifference.Text(recorded.ToJsonElement())}.",
                recorded,
                null);
        }

        if (recorded.Type != replayed.Type)
        {
            throw new ReplayDivergenceException(
                $"At position {recorded.Position} the recording has '{recorded.Type}' {JsonDifference.Text(recorded.ToJsonElement())}, "
                + $"the agent appended '{replayed.Type}' {JsonDifference.Text(replayed.ToJsonElement())}.",
                recorded,
                replayed.ToJsonElement());
        }

        if (JsonDifference.Describe(DataOf(recorded), DataOf(replayed)) is { } difference)
        {
            throw new ReplayDivergenceException(
                $"The event '{recorded.Type}' at position {recorded.Position} differs: {difference}.", recorded, replayed.ToJsonElement());
        }
    }

    private JsonElement DataOf(RecordedEvent recorded) => _options.Normalize?.Invoke(recorded) ?? recorded.ToJsonElement();

    // Calls are compared by their requests, when they are made. A branch is replayed as one run.
    private bool Counts(RecordedEvent recorded) =>
        CallEventForm.Text(recorded, CallEventForm.HashHeader) is null
        && recorded.Type is not ("call.answered" or "call.failed" or "call.unknown" or "call.released" or "attempt.started" or "branch.created"
            or "budget.set" or "approval.requested" or "approval.decided")
        && !_recording.Has(recorded)
        && _options.Compares?.Invoke(recorded) != false;
}
