namespace Ledger.Runs;

/// <summary>The number of a request among the identical ones of an attempt.</summary>
/// <param name="Number">The number: from 0.</param>
/// <param name="Told">The failure of this number that the agent was told last; null for none.</param>
/// <param name="Unused">For a number that was returned, the first that no request had then; else null.</param>
internal readonly record struct AttemptNumber(int Number, Guid? Told, int? Unused);
