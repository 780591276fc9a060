using System.Text.Json.Serialization;
using Ledger.Forgetting;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Samples;

/// <summary>The samples of the page about forgetting.</summary>
public sealed partial class Forgetting
{
    // sample: an event with personal data
    [EventType("order-placed.v1")]
    public sealed record OrderPlaced(
        string CustomerId,
        [property: PersonalData(Subject = nameof(OrderPlaced.CustomerId))] string Address,
        decimal Total);

    // end of sample
    [Fact]
    public async Task Sample_Forgetting_MasksAndEncrypts()
    {
        var store = new MemoryEventStore(EventRegistry.Create(builder => builder.Add(OrderContext.Default.OrderPlaced)));
        var keys = new MemorySubjectKeys();
        var placed = new OrderPlaced("customer-7", "1 Long Road", 12);
        await store.AppendAsync(new StreamName("shop:1"), ExpectedVersion.Any, [placed]);

        // sample: masking
        var report = await new EventMasking(store).MaskAsync(MaskRequest.OfSubject("customer-7", "request 17") with { By = "dpo" });

        // end of sample
        report.Masked.ShouldBe(1);
        (await store.ReadForwardAsync(new StreamName("shop:1")).SingleAsync()).Data.ShouldBe(placed with { Address = "****" });

        // sample: encrypting
        var encrypting = new EncryptingEventStore(store, keys);        // use it in the place of the store
        await encrypting.AppendAsync(new StreamName("shop:2"), ExpectedVersion.Any, [placed]);
        await keys.ForgetAsync("customer-7");

        // end of sample
        (await encrypting.ReadForwardAsync(new StreamName("shop:2")).SingleAsync()).Data.ShouldBe(placed with { Address = "****" });
    }

    [JsonSerializable(typeof(OrderPlaced))]
    private sealed partial class OrderContext : JsonSerializerContext;
}
