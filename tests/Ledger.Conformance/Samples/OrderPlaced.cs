namespace Ledger.Conformance.Samples;

/// <summary>An application's event as it was first written.</summary>
[EventType("order-placed.v1")]
public sealed record OrderPlaced(string Order, decimal Total);
