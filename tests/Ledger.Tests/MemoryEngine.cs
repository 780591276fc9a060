using Ledger.Conformance;
using Ledger.Log;
using Ledger.Projections;

namespace Ledger.Tests;

/// <summary>The log in memory: each store has one of its own.</summary>
internal sealed class MemoryEngine : ITestEngine
{
    public ITestEngine WithoutRows => this;

    public Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => Task.FromResult<IEventStore>(new MemoryEventStore(registry));

    public Task<IEventStore> CreateEmptyStoreAsync() => CreateStoreAsync();

    public Task<IEventStore> CreateProjectingStoreAsync(IReadOnlyList<Projection> projections) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(projections));

    public Task<IEventStore> OpenAgainAsync(IEventStore store) => Task.FromResult(store);
}
