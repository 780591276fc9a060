using Ledger.Log;

namespace Ledger;

/// <content>Approvals of all runs.</content>
public sealed partial class AgentLedger
{
    private const string Asked = "approval.requested";

    /// <summary>Finds the runs and branches in whose own events approval was asked for, decided or not, sorted by name.</summary>
    /// <remarks>
    /// PostgreSQL looks through the log page by page and returns names alone. What waits is found by <see cref="Run.ListApprovalsAsync"/> of each.
    /// </remarks>
    /// <param name="cancellationToken">Stops the search.</param>
    public async Task<IReadOnlyList<Run>> FindRunsWithApprovalsAsync(CancellationToken cancellationToken = default)
    {
        var streams = Store.Get<ITypeSearch>() is { } search
            ? await search.FindStreamsOfTypeAsync(Asked, cancellationToken).ConfigureAwait(false)
            : await ReadStreamsWithApprovalsAsync(cancellationToken).ConfigureAwait(false);
        return await FindAllAsync([.. streams.OrderBy(stream => stream.Value, StringComparer.Ordinal)], cancellationToken).ConfigureAwait(false);
    }

    private async Task<HashSet<StreamName>> ReadStreamsWithApprovalsAsync(CancellationToken cancellationToken)
    {
        var streams = new HashSet<StreamName>();
        await foreach (var recorded in Store.ReadLogAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (recorded.Type == Asked)
            {
                streams.Add(recorded.Stream);
            }
        }

        return streams;
    }
}
