using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Log;

namespace Ledger.Conformance.Samples;

/// <summary>The registries of an application before and after its event got a newer shape.</summary>
public static class SampleRegistry
{
    public static EventRegistry First { get; } = EventRegistry.Create(events => events.Add(SampleEventsContext.Default.OrderPlaced));

    public static EventRegistry Second { get; } = EventRegistry.Create(events => events
        .Add(SampleEventsContext.Default.OrderPlacedInCurrency)
        .Upcast("order-placed.v0", "order-placed.v1", NameTotal)
        .Upcast("order-placed.v1", "order-placed.v2", AddCurrency));

    private static JsonElement NameTotal(JsonElement old)
    {
        var order = JsonObject.Create(old)!;
        order["total"] = order["amount"]!.DeepClone();
        order.Remove("amount");
        return JsonSerializer.SerializeToElement(order);
    }

    private static JsonElement AddCurrency(JsonElement old)
    {
        var order = JsonObject.Create(old)!;
        order["currency"] = "EUR";
        return JsonSerializer.SerializeToElement(order);
    }
}
