using Ledger.Seal;

namespace Ledger.Explorer.Seals;

/// <summary>How events that a page shows compare with the seal.</summary>
/// <param name="Events">The events that were compared; empty if the log has no checkpoint, or the role may not read the salts.</param>
/// <param name="Fault">Why they could not be compared; null if they were, or there is no seal.</param>
internal sealed record SealedEvents(IReadOnlyDictionary<Guid, CheckedEvent> Events, string? Fault = null)
{
    /// <summary>Nothing to compare with.</summary>
    public static SealedEvents None { get; } = new(new Dictionary<Guid, CheckedEvent>());

    /// <summary>The events that are not as they were sealed.</summary>
    public IReadOnlyCollection<Guid> Changed => [.. Events.Values.Where(one => one.State == CheckedState.Changed).Select(one => one.Id)];

    /// <summary>A tile of the seal that was changed, without which the events were compared; null for none.</summary>
    public string? DamagedTile => Events.Values.Select(one => one.DamagedTile).FirstOrDefault(tile => tile is not null);

    /// <summary>How far a run is sealed, and whether the role may prove it; null, with the reason if the seal is damaged, if that is not known.</summary>
    public static async Task<(SealedRun? Run, bool MayProve, SealedEvents Compared)> FindRunAsync(ExplorerServices explorer, StreamName stream, CancellationToken cancellationToken)
    {
        try
        {
            return explorer.Seal is { } seal && await seal.FindRunAsync(stream, cancellationToken).ConfigureAwait(false) is { } run
                ? (run, await seal.MayProveAsync(cancellationToken).ConfigureAwait(false), None)
                : (null, false, None);
        }
        catch (SealBrokenException fault)
        {
            return (null, false, None with { Fault = fault.Message });
        }
    }

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
                ? new SealedEvents(found.ToDictionary(one => one.Id))
                : None;
        }
        catch (SealBrokenException fault)
        {
            return None with { Fault = fault.Message };
        }
        catch (UnauthorizedAccessException)
        {
            // A role that reads or writes the log, and does not audit it, may not read the salts.
            return None;
        }
    }
}
