using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Log;
using Shouldly;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>Two tenants whose streams and events have the same ids answer as two stores in memory, in whatever order they are called.</summary>
internal static class TenantLaw
{
    /// <summary>Checks the law.</summary>
    /// <param name="tenants">The stores of two tenants, whose logs nothing else writes.</param>
    /// <param name="times">How many sequences of calls are tried.</param>
    public static Task HoldsAsync(IReadOnlyList<IEventStore> tenants, int times)
    {
        var call =
            from kind in Gen.Elements(Enum.GetValues<StoreCallKind>())
            from stream in Gen.Choose(0, 7)
            from other in Gen.Choose(0, 7)
            from first in Gen.Choose(0, 9)
            from second in Gen.Choose(0, 9)
            from seed in Gen.Choose(0, 11)
            from tenant in Gen.Choose(0, 1)
            select (Tenant: tenant, Call: new StoreCall(kind, stream, other, first, second, seed));
        return Law.HoldsAsync(Law.ArraysOf(call, upTo: 60), CompareAsync, times);

        async Task CompareAsync((int Tenant, StoreCall Call)[] calls)
        {
            var id = Guid.NewGuid().ToString("N");
            StoreCallPlayer[] engines = [.. tenants.Select(store => new StoreCallPlayer(store, id))];
            StoreCallPlayer[] references = [.. tenants.Select(_ => new StoreCallPlayer(new MemoryEventStore(), id))];
            foreach (var (tenant, play) in calls)
            {
                (await engines[tenant].PlayAsync(play)).ShouldBe(await references[tenant].PlayAsync(play), $"{tenant}: {play}");
            }

            for (var tenant = 0; tenant < tenants.Count; tenant++)
            {
                (await engines[tenant].LogAsync()).ShouldBe(await references[tenant].LogAsync());
            }
        }
    }
}
