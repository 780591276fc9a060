using Ledger.Log.Contracts;

namespace Ledger.Postgres.Contracts;

/// <summary>A contract in the database.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="Version">Its version, from 1: how often the contract of the name was another one before, and one more.</param>
/// <param name="IsEnforced">Whether appends are held to it.</param>
/// <param name="DeclaredBy">The program that declared it.</param>
/// <param name="DeclaredAt">When it did.</param>
public sealed record DeclaredContract(EventContract Contract, int Version, bool IsEnforced, string DeclaredBy, DateTimeOffset DeclaredAt);
