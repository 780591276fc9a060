namespace Ledger.Conformance.Samples;

/// <summary>The newer shape of <see cref="OrderPlaced"/>.</summary>
[EventType("order-placed.v2")]
public sealed record OrderPlacedInCurrency(string Order, decimal Total, string Currency);
