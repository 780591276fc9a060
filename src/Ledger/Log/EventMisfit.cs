using Ledger.Events;

namespace Ledger.Log;

/// <summary>Why an event is read as an <see cref="UntypedEvent"/> although its name has a type.</summary>
/// <param name="ExpectedType">The type that the name stands for.</param>
/// <param name="Reason">What did not fit, as a sentence.</param>
public sealed record EventMisfit(Type ExpectedType, string Reason);
