namespace Ledger.Runs;

/// <summary>Which occurrence of a request a caller means.</summary>
/// <param name="Reuse">The rule.</param>
/// <param name="Number">For <see cref="CallReuse.ByOccurrence"/> the occurrence, from 0; otherwise 0.</param>
internal readonly record struct CallOccurrence(CallReuse Reuse, int Number = 0);
