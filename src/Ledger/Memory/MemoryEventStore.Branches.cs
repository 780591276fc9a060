using Ledger.Log;

namespace Ledger;

public sealed partial class MemoryEventStore
{
    /// <inheritdoc/>
    public async Task<History?> GetHistoryAsync(StreamName stream, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return _branches.GetValueOrDefault(stream)?.History ?? (_streams.ContainsKey(stream) ? History.OfRun(stream) : null);
        }
    }

    /// <inheritdoc/>
    public async Task<BranchInfo> CreateBranchAsync(
        BranchCreated branch,
        EventMetadata metadata,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(branch);
        ArgumentNullException.ThrowIfNull(metadata);
        cancellationToken.ThrowIfCancellationRequested();
        return Create(branch, metadata, []);
    }

    /// <inheritdoc/>
    public async Task<BranchInfo> ForkAsync(BranchFork fork, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fork);
        var append = fork.ToAppend(events);
        cancellationToken.ThrowIfCancellationRequested();
        BranchCreated branch;
        lock (_gate)
        {
            var stream = _streams.GetValueOrDefault(fork.Parent) ?? throw new StreamNotFoundException(fork.Parent);
            var parent = _branches.GetValueOrDefault(fork.Parent)?.History ?? History.OfRun(fork.Parent);
            branch = fork.Of(parent, parent.LengthAt(stream.Version));
        }

        // What the parent has is never taken away, so that the gate need not be held while the events are written as JSON.
        return Create(branch, fork.Metadata, append.Events);
    }

    private BranchInfo Create(BranchCreated branch, EventMetadata metadata, IReadOnlyList<NewEvent> events)
    {
        var described = branch.Describe();
        var created = new NewEvent(branch, metadata) { CorrelationId = described.Root.Value };
        var part = Prepare(AppendRequest.Create([new StreamAppend(described.Stream, ExpectedVersion.NoStream, [created, .. events])], Registry))[0];
        lock (_gate)
        {
            Decide(described, part.Events);
            var notBefore = Now();
            if (described.Lineage is [.., var end])
            {
                var forkedAt = _streams[new StreamName(end.Stream)].Events.Snapshot.Span[(int)end.Taken - 1].Timestamp;
                notBefore = forkedAt > notBefore ? forkedAt : notBefore;
            }

            Write([part], notBefore, described.Stream);
            var info = described with { CreatedAt = _streams[described.Stream].Events.Snapshot.Span[0].Timestamp };
            _branches.Add(info.Stream, info);
            _branchesByAge.Add(info);
            return info;
        }
    }

    /// <inheritdoc/>
    public async Task<BranchInfo?> GetBranchAsync(StreamName branch, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(branch, nameof(branch));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return _branches.GetValueOrDefault(branch);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<BranchInfo> ListBranchesAsync(StreamName? root = null, CancellationToken cancellationToken = default)
    {
        if (root is { } stream)
        {
            AppendRules.Check(stream, nameof(root));
        }

        return Enumerate(() => ListBranches(root), cancellationToken);
    }

    private void Decide(BranchInfo branch, IReadOnlyList<PreparedEvent> events)
    {
        if (!_streams.ContainsKey(branch.Parent))
        {
            throw new StreamNotFoundException(branch.Parent);
        }

        if (_streams.GetValueOrDefault(branch.Stream) is { Version.Value: > 0 }
            || _branches.Values.Any(b => b.Parent == branch.Stream)
            || branch.Parent == branch.Stream)
        {
            throw new BranchExistsException(branch.Stream);
        }

        ThrowIfArchived(branch.Stream);
        foreach (var prepared in events)
        {
            if (_eventsById.TryGetValue(prepared.Id, out var holder))
            {
                throw new EventIdInUseException(branch.Stream, prepared.Id, holder.Stream);
            }
        }

        var offset = 0L;
        foreach (var (name, taken) in branch.Lineage)
        {
            var version = _streams.GetValueOrDefault(new StreamName(name))?.Version ?? StreamVersion.Empty;
            if (version.Value < taken)
            {
                throw new ForkPositionException(branch.Parent, branch.ForkPosition.Value, new Position(offset + version.Value));
            }

            offset += taken;
        }
    }

    private IEnumerable<BranchInfo> ListBranches(StreamName? root)
    {
        ReadOnlyMemory<BranchInfo> branches;
        lock (_gate)
        {
            branches = _branchesByAge.Snapshot;
        }

        // A parent is older than its forks, so one pass finds all descendants.
        HashSet<StreamName> ancestors = root is { } start ? [start] : [];
        for (var i = 0; i < branches.Length; i++)
        {
            var branch = branches.Span[i];
            if (root is null || ancestors.Contains(branch.Parent))
            {
                ancestors.Add(branch.Stream);
                yield return branch;
            }
        }
    }
}
