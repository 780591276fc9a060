namespace Ledger.Conformance.Laws;

/// <summary>A call of a store, written in small numbers so that any call makes sense at any time.</summary>
/// <param name="Kind">Which call.</param>
/// <param name="Stream">Which of the streams that take part.</param>
/// <param name="Other">A second stream, for what needs two.</param>
/// <param name="First">A version, a position, or what is expected.</param>
/// <param name="Second">A version, a position, or a count.</param>
/// <param name="Seed">What is left to chance within the call.</param>
public sealed record StoreCall(StoreCallKind Kind, int Stream, int Other, int First, int Second, int Seed);
