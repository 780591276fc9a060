namespace Ledger.Postgres.Roles;

/// <summary>Rights of a role.</summary>
/// <param name="Role">The role.</param>
/// <param name="Rights">Separated by commas, as GRANT takes them.</param>
/// <param name="Relations">The tables, views or sequences, with tokens for the schemas.</param>
internal sealed record RoleGrant(LedgerRole Role, string Rights, params IReadOnlyList<string> Relations)
{
    /// <summary>Whether it is about sequences.</summary>
    public bool IsOfSequences { get; init; }
}
