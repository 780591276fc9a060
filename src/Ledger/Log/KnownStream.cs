namespace Ledger.Log;

/// <summary>What is known of a stream while no other writer can append to it.</summary>
/// <param name="Version">The version that it has; 0 where it does not exist.</param>
/// <param name="IsArchived">Whether it is read-only.</param>
internal readonly record struct KnownStream(long Version, bool IsArchived);
