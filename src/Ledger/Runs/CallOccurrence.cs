namespace Ledger.Runs;

/// <summary>Which occurrence of a request a caller means.</summary>
/// <param name="Reuse">The rule.</param>
/// <param name="Number">For <see cref="CallReuse.ByOccurrence"/> the occurrence since <paramref name="From"/>, from 0; for <see cref="CallReuse.Never"/> a
/// unique number.</param>
/// <param name="From">Where the attempt began.</param>
internal readonly record struct CallOccurrence(CallReuse Reuse, int Number = 0, Position From = default);
