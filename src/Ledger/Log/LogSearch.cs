namespace Ledger.Log;

/// <summary>Searches a log, by its engine's search or by scanning.</summary>
public static class LogSearch
{
    /// <summary>The most events that <see cref="ILogSearch.CountEventsAsync"/> looks at.</summary>
    public const int MostCounted = 4_000;

    /// <summary>The search of the engine where it has one, otherwise a search that reads the store from one end to the other.</summary>
    public static ILogSearch Of(IEventStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Get<ILogSearch>() ?? new ScanningLogSearch(store);
    }
}
