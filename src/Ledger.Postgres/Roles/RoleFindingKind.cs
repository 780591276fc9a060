namespace Ledger.Postgres.Roles;

/// <summary>In which way a role is not as it should be.</summary>
public enum RoleFindingKind
{
    /// <summary>There is no such role.</summary>
    NoRole,

    /// <summary>The role lacks something that it needs.</summary>
    Missing,

    /// <summary>The role has something that it must not have.</summary>
    Excess,
}
