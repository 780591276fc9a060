using Ledger.Records;
using Ledger.Tests.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Records;

public sealed class ChronoStoresTests
{
    [Fact]
    public async Task Get_OneProject_IsOneStoreUntilItIsDisposed()
    {
        await using var stores = new ChronoStores(new MemoryEventStore(), new ChronoOptions { RecursionDepth = 2 });
        var first = stores.Get("kettle");
        await first.UpsertAsync(new ChronoRecord { Id = "F-1", Label = "Water boils." });

        stores.Get("kettle").ShouldBeSameAs(first);
        stores.Get("pot").ShouldNotBeSameAs(first);
        await first.DisposeAsync();
        var again = stores.Get("kettle");

        again.ShouldNotBeSameAs(first);
        (await again.GetAsync("F-1"))!.RecursionDepth.ShouldBe(2);
    }

    [Fact]
    public async Task Dispose_ClosesEveryStore()
    {
        var stores = new ChronoStores(new MemoryEventStore());
        var records = stores.Get("kettle");

        await stores.DisposeAsync();
        stores.Dispose();

        Should.Throw<ObjectDisposedException>(() => stores.Get("kettle"));
        await Should.ThrowAsync<ObjectDisposedException>(() => records.GetAsync("F-1"));
    }

    [Fact]
    public void Get_LogWithoutRecords_SaysSo()
    {
        using var stores = new ChronoStores(new ListEventStore());

        Should.Throw<ArgumentException>(() => stores.Get("kettle")).Message.ShouldStartWith("A ListEventStore does not support records.");
    }
}
