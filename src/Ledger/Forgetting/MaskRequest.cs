namespace Ledger.Forgetting;

/// <summary>What to mask, and why.</summary>
/// <remarks>Immutable. One of the methods makes it.</remarks>
public sealed record MaskRequest
{
    private readonly IReadOnlyList<string> _paths = [];

    private MaskRequest(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        Reason = reason;
    }

    /// <summary>Why; it is written into the log, so it must not say what is to be forgotten.</summary>
    public string Reason { get; }

    /// <summary>Who asked for it. Default: null.</summary>
    public string? By { get; init; }

    /// <summary>Which parts of the payloads, in the paths of <see cref="PersonalDataRule"/>. Default: none, which is the whole payload; of a subject, the paths are those of its rules.</summary>
    /// <remarks>
    /// What a path leads to becomes <c>****</c>, null, <c>{}</c> or <c>[]</c>. Without paths the values are replaced and the names of members stay, and a built-in event keeps the
    /// ids, names and numbers that it is found and counted by.
    /// </remarks>
    /// <exception cref="ArgumentException">One is not a path.</exception>
    public IReadOnlyList<string> Paths
    {
        get => _paths;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            Parsed = [.. value.Select(JsonPath.Parse)];
            _paths = [.. value];
        }
    }

    /// <summary>Only events of this name. Default: null, all of them.</summary>
    public string? EventType { get; init; }

    internal IReadOnlyList<JsonPath> Parsed { get; private init; } = [];

    internal IReadOnlyList<Guid> Events { get; private init; } = [];

    internal StreamName? Stream { get; private init; }

    internal string? Subject { get; private init; }

    /// <summary>The record stores from which a compaction may have taken some of the events; null for all.</summary>
    internal IReadOnlyList<StreamName>? Records { get; init; }

    internal bool IsReplaced { get; private init; }

    /// <summary>Whether it is of all that were replaced; a list of ids may be empty, and is then of none.</summary>
    internal bool IsOfAllReplaced { get; private init; }

    /// <summary>Some events, by their ids.</summary>
    /// <param name="events">The ids.</param>
    /// <param name="reason">Why.</param>
    public static MaskRequest OfEvents(IReadOnlyCollection<Guid> events, string reason)
    {
        ArgumentNullException.ThrowIfNull(events);
        return new MaskRequest(reason) { Events = [.. events.Distinct()] };
    }

    /// <summary>The own events of a stream: a run, a branch without the prefix that it shares, a task, a record store, or a stream of the application.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="reason">Why.</param>
    public static MaskRequest OfStream(StreamName stream, string reason) => new(reason) { Stream = stream };

    /// <summary>What the log has about a person or another subject, by the rules: all events are read.</summary>
    /// <param name="subject">The subject, as events name it.</param>
    /// <param name="reason">Why.</param>
    public static MaskRequest OfSubject(string subject, string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        return new MaskRequest(reason) { Subject = subject };
    }

    /// <summary>Some events whose payload another program has replaced already, such as Marten's masking: the payload stays, and the rest is done as if it had been masked here.</summary>
    /// <param name="events">The ids.</param>
    /// <param name="reason">Why.</param>
    public static MaskRequest OfReplaced(IReadOnlyCollection<Guid> events, string reason) => OfEvents(events, reason) with { IsReplaced = true };

    /// <summary>All sealed events whose payload or headers another program has replaced, such as Marten's masking, where no event says so: an audit finds them changed until then.</summary>
    /// <remarks>Those whose salt was deleted are among them, because nothing tells what they had. What the log had of an event before it was sealed, and a log without a seal, is not known: name such events by their ids.</remarks>
    /// <param name="reason">Why.</param>
    public static MaskRequest OfReplaced(string reason) => new(reason) { IsReplaced = true, IsOfAllReplaced = true };
}
