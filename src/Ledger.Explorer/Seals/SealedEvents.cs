using Ledger.Seal;

namespace Ledger.Explorer.Seals;

/// <summary>How events that a page shows compare with the seal.</summary>
/// <param name="States">The events that were compared; empty if the log has no checkpoint.</param>
/// <param name="Fault">Why they could not be compared; null if they were, or there is no seal.</param>
internal sealed record SealedEvents(IReadOnlyDictionary<Guid, CheckedState> States, string? Fault = null)
{
    /// <summary>Nothing to compare with.</summary>
    public static SealedEvents None { get; } = new(new Dictionary<Guid, CheckedState>());

    /// <summary>The events that are not as they were sealed.</summary>
    public IReadOnlyCollection<Guid> Changed => [.. States.Where(one => one.Value == CheckedState.Changed).Select(one => one.Key)];

    public static async Task<SealedEvents> OfAsync(ExplorerServices explorer, IEnumerable<RecordedEvent> events, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. events.Select(recorded => recorded.Id)];
        if (explorer.Seal is not { } seal || ids.Length == 0)
        {
            return None;
        }

        try
        {
            return await seal.CheckAsync(ids, cancellationToken).ConfigureAwait(false) is { } found
                ? new SealedEvents(found.ToDictionary(one => one.Id, one => one.State))
                : None;
        }
        catch (SealBrokenException fault)
        {
            return None with { Fault = fault.Message };
        }
    }
}
