using System.Runtime.CompilerServices;
using Ledger.Json;
using Ledger.Log;
using Ledger.Memory;
using Ledger.Projections;
using Ledger.Runs;
using Ledger.Tasks;

namespace Ledger;

/// <summary>A log in memory, for unit tests and exploration; it is gone with the object.</summary>
/// <remarks>
/// It behaves like the engines on PostgreSQL, and keeps every event for its lifetime. Safe for concurrent use: a read sees
/// the log as it was when its enumeration began, holds no lock meanwhile, and hands out new objects, so that readers share nothing.
/// </remarks>
public sealed partial class MemoryEventStore : IEventStore, IDocumentReader, IProjectionCatalog, ILogIdentity
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _timeProvider;
    private readonly Dictionary<StreamName, StoredStream> _streams = [];
    private readonly Dictionary<Guid, StoredEvent> _eventsById = [];
    private readonly AppendOnlyList<StoredEvent> _log = new();
    private readonly Dictionary<StreamName, BranchInfo> _branches = [];
    private readonly AppendOnlyList<BranchInfo> _branchesByAge = new();
    private readonly Lazy<FoldingRunSummaries> _summaries;

    /// <summary>Creates an empty log.</summary>
    /// <param name="registry">The event types of the application; null for none. Those of tasks are added.</param>
    /// <param name="timeProvider">Where the timestamps come from; null for the system's clock.</param>
    public MemoryEventStore(EventRegistry? registry = null, TimeProvider? timeProvider = null)
        : this([], registry, timeProvider)
    {
    }

    /// <summary>Creates an empty log with documents, which every append updates, as JSON.</summary>
    /// <param name="projections">Snapshots and document projections, each with its own name and documents.</param>
    /// <param name="registry">The event types of the application; null for none. Those of tasks are added.</param>
    /// <param name="timeProvider">Where the timestamps come from; null for the system's clock.</param>
    /// <exception cref="ArgumentException">A projection has no documents, or two share a name or alias.</exception>
    public MemoryEventStore(
        IReadOnlyList<Projection> projections,
        EventRegistry? registry = null,
        TimeProvider? timeProvider = null)
    {
        _projections = Check(projections);
        Registry = registry is null ? TaskModule.Default : TaskModule.AddTo(registry);
        _timeProvider = timeProvider ?? TimeProvider.System;
        _summaries = new Lazy<FoldingRunSummaries>(() => new FoldingRunSummaries(this, RunRules, _timeProvider));
    }

    /// <inheritdoc/>
    public EventRegistry Registry { get; }

    /// <summary>The application's own rules for the status of runs: default none.</summary>
    public IReadOnlyList<RunRule> RunRules { get; init; } = [];

    object ILogIdentity.Log => this;

    /// <inheritdoc/>
    public T? Get<T>()
        where T : class => this as T ?? _summaries.Value as T;

    /// <inheritdoc/>
    public async Task<StreamInfo?> GetStreamAsync(StreamName stream, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return _streams.GetValueOrDefault(stream)?.Describe();
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StreamInfo> ListStreamsAsync(string prefix = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return Enumerate(() => List(prefix), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task ArchiveAsync(StreamName stream, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var found = _streams.GetValueOrDefault(stream) ?? throw new StreamNotFoundException(stream);
            found.State = StreamState.Archived;
        }
    }

    private static async IAsyncEnumerable<T> Enumerate<T>(
        Func<IEnumerable<T>> open,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var item in open())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    private List<StreamInfo> List(string prefix)
    {
        List<StreamInfo> found;
        lock (_gate)
        {
            found = [.. _streams.Values.Where(s => s.Name.Value.StartsWith(prefix, StringComparison.Ordinal)).Select(s => s.Describe())];
        }

        found.Sort((left, right) => CodePointComparer.Instance.Compare(left.Name.Value, right.Name.Value));
        return found;
    }

    // The precision of a timestamptz, so that a time means the same in every engine.
    private DateTimeOffset Now()
    {
        var now = _timeProvider.GetUtcNow();
        return new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    private sealed class StoredStream(StreamName name, DateTimeOffset createdAt)
    {
        public StreamName Name { get; } = name;

        public DateTimeOffset CreatedAt { get; } = createdAt;

        public AppendOnlyList<StoredEvent> Events { get; } = new();

        public StreamVersion Version => new(Events.Count);

        public DateTimeOffset UpdatedAt { get; set; } = createdAt;

        public StreamState State { get; set; } = StreamState.Open;

        public StreamInfo Describe() => new(Name, Version, CreatedAt, UpdatedAt, State);
    }

    private sealed record StoredEvent(
        StreamName Stream,
        StreamVersion Version,
        SequenceNumber Sequence,
        DateTimeOffset Timestamp,
        PreparedEvent Content)
    {
        /// <summary>What happened; another one once it was masked.</summary>
        public PreparedEvent Content { get; set; } = Content;

        public RecordedEvent Read(EventRegistry registry, Position? position = null) =>
            new(registry, Stream, Version, Sequence, Content.Id, Content.Type, Content.Json, Content.Headers, Timestamp)
            {
                Position = position,
                CorrelationId = Content.CorrelationId,
                CausationId = Content.CausationId,
            };
    }

    private sealed record PreparedEvent(
        Guid Id,
        string Type,
        ReadOnlyMemory<byte> Json,
        ReadOnlyMemory<byte> Headers,
        string? CorrelationId,
        string? CausationId);
}
