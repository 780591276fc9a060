using Ledger.Log;
using Ledger.Marten.Appending;
using Ledger.Postgres.Connecting;

namespace Ledger.Marten.Streams;

public sealed partial class MartenEventStore
{
    /// <inheritdoc/>
    public async Task<BranchInfo> CreateBranchAsync(BranchCreated branch, EventMetadata metadata, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(branch);
        ArgumentNullException.ThrowIfNull(metadata);
        AmbientScope.Check(Options, "The creation of a branch");
        var described = branch.Describe();
        var newEvent = new NewEvent(branch, metadata) { CorrelationId = described.Root.Value };
        var item = new AppendRequest.Item(newEvent.IdIn(described.Stream), newEvent, Registry.Write(newEvent));
        cancellationToken.ThrowIfCancellationRequested();
        await PrepareAppendAsync(cancellationToken).ConfigureAwait(false);
        return await OnItsOwnAsync(
            token => RetryAsync(() => CreateOnceAsync(described, item, token), () => { }, token), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<BranchInfo> ForkAsync(BranchFork fork, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fork);
        AmbientScope.Check(Options, "The creation of a branch");
        var branch = await Native.DescribeAsync(fork, cancellationToken).ConfigureAwait(false);
        return await CreateBranchAsync(branch, fork.Metadata, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<BranchInfo> ForkAsync(BranchFork fork, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fork);
        AmbientScope.Check(Options, "The creation of a branch");
        var request = AppendRequest.Create([fork.ToAppend(events)], Registry);
        var branch = await Native.DescribeAsync(fork, cancellationToken).ConfigureAwait(false);
        var described = branch.Describe();
        var newEvent = new NewEvent(branch, fork.Metadata) { CorrelationId = described.Root.Value };
        var item = new AppendRequest.Item(newEvent.IdIn(described.Stream), newEvent, Registry.Write(newEvent));
        await PrepareAppendAsync(cancellationToken).ConfigureAwait(false);
        return await OnItsOwnAsync(
            token => RetryAsync(() => CreateOnceAsync(described, item, request, token), () => { }, token), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<History>> FindHistoriesAsync(
        IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken = default) =>
        Native.FindHistoriesAsync(streams, cancellationToken);

    /// <summary>Describes the branch that a fork asks for, without creating it.</summary>
    internal Task<BranchCreated> DescribeAsync(BranchFork fork, CancellationToken cancellationToken) =>
        Native.DescribeAsync(fork, cancellationToken);

    /// <inheritdoc/>
    public Task<History?> GetHistoryAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        Native.GetHistoryAsync(stream, cancellationToken);

    /// <inheritdoc/>
    public Task<BranchInfo?> GetBranchAsync(StreamName branch, CancellationToken cancellationToken = default) =>
        Native.GetBranchAsync(branch, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<BranchInfo> ListBranchesAsync(StreamName? root = null, CancellationToken cancellationToken = default) =>
        Native.ListBranchesAsync(root, cancellationToken);

    private async Task<BranchInfo> CreateOnceAsync(
        BranchInfo branch, AppendRequest.Item item, AppendRequest request, CancellationToken cancellationToken)
    {
        var session = OpenSession();
        await using var _ = session.ConfigureAwait(false);
        var writer = new SessionWriter(session, _configuration);
        var created = await writer.CreateBranchAsync(branch, item, cancellationToken).ConfigureAwait(false);
        await writer.AppendAsync(request, cancellationToken).ConfigureAwait(false);
        await session.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        return created;
    }

    private async Task<BranchInfo> CreateOnceAsync(BranchInfo branch, AppendRequest.Item item, CancellationToken cancellationToken)
    {
        var session = OpenSession();
        await using var _ = session.ConfigureAwait(false);
        var created = await new SessionWriter(session, _configuration).CreateBranchAloneAsync(branch, item, cancellationToken).ConfigureAwait(false);
        await session.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        return created;
    }
}
