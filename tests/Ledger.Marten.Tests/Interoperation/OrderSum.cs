using Ledger.Conformance.Samples;

namespace Ledger.Marten.Tests.Interoperation;

/// <summary>An aggregate of the application that knows only the newest shape of its event.</summary>
public sealed partial class OrderSum
{
    public string Id { get; set; } = "";

    public decimal Total { get; set; }

    public List<string> Currencies { get; set; } = [];

    public void Apply(OrderPlacedInCurrency placed)
    {
        Total += placed.Total;
        Currencies.Add(placed.Currency);
    }
}
