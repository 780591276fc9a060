using Ledger.Log;

namespace Ledger.Explorer.Branches;

/// <summary>What branches are called by people.</summary>
internal static class BranchLabels
{
    /// <summary>Whether a label says more than the id does: it is shown first where no person chose the id.</summary>
    public static bool Leads(StreamName stream, string? label) => stream.IsBranch && label is { Length: > 0 } && Guid.TryParse(stream.Id, out _);

    /// <summary>The labels of the branches that have one.</summary>
    public static async Task<IReadOnlyDictionary<StreamName, string>> ReadAsync(IEventStore store, IEnumerable<StreamName> streams, CancellationToken cancellationToken)
    {
        var labels = new Dictionary<StreamName, string>();
        foreach (var stream in streams.Where(stream => stream.IsBranch).Distinct())
        {
            if (await store.GetBranchAsync(stream, cancellationToken).ConfigureAwait(false) is { Name: { } label })
            {
                labels.Add(stream, label);
            }
        }

        return labels;
    }
}
