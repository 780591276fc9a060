namespace Ledger.Postgres.Tenants;

/// <summary>A tenant cannot be moved, or the copy differs. The tenant keeps its database.</summary>
/// <param name="message">What is so, to which database, and what to do.</param>
public sealed class TenantMoveException(string message) : Exception(message);
