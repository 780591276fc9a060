using Ledger.Log;
using Ledger.Projections;

namespace Ledger.Conformance;

/// <summary>An engine as the suite needs it: stores on logs that no other test class writes to.</summary>
public interface ITestEngine
{
    /// <summary>The same engine without rows of worlds: its stores fold; itself where it has no rows.</summary>
    ITestEngine WithoutRows { get; }

    /// <summary>A store; each call may have a log of its own.</summary>
    Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null);

    /// <summary>A store on a log without events.</summary>
    Task<IEventStore> CreateEmptyStoreAsync();

    /// <summary>A store that keeps projections inline, with the tables for their documents.</summary>
    Task<IEventStore> CreateProjectingStoreAsync(IReadOnlyList<Projection> projections);

    /// <summary>A further store on the log of one that this engine made, as another process has it.</summary>
    Task<IEventStore> OpenAgainAsync(IEventStore store);
}
