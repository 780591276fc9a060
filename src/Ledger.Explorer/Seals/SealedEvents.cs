using Ledger.Seal;
using Npgsql;

namespace Ledger.Explorer.Seals;

/// <summary>How events that a page shows compare with the seal.</summary>
/// <param name="States">The events that were compared; empty if the log has no checkpoint, or the role may not read the salts.</param>
/// <param name="Fault">Why they could not be compared; null if they were, or there is no seal.</param>
internal sealed record SealedEvents(IReadOnlyDictionary<Guid, CheckedState> States, string? Fault = null)
{
    /// <summary>Nothing to compare with.</summary>
    public static SealedEvents None { get; } = new(new Dictionary<Guid, CheckedState>());

    /// <summary>The events that are not as they were sealed.</summary>
    public IReadOnlyCollection<Guid> Changed => [.. States.Where(one => one.Value == CheckedState.Changed).Select(one => one.Key)];

    /// <summary>How far a run is sealed; null, with the reason if the seal is damaged, if that is not known.</summary>
    public static async Task<(SealedRun? Run, SealedEvents Compared)> FindRunAsync(ExplorerServices explorer, StreamName stream, CancellationToken cancellationToken)
    {
        try
        {
            return (explorer.Seal is { } seal ? await seal.FindRunAsync(stream, cancellationToken).ConfigureAwait(false) : null, None);
        }
        catch (SealBrokenException fault)
        {
            return (null, None with { Fault = fault.Message });
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
                ? new SealedEvents(found.ToDictionary(one => one.Id, one => one.State))
                : None;
        }
        catch (SealBrokenException fault)
        {
            return None with { Fault = fault.Message };
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // A role that reads or writes the log, and does not audit it, may not read the salts.
            return None;
        }
    }
}
