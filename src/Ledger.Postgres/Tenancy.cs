namespace Ledger.Postgres;

/// <summary>Whose log the tables of a schema have.</summary>
public enum Tenancy
{
    /// <summary>One log. Tenants have a schema or a database each.</summary>
#pragma warning disable CA1720 // The word of Marten's tenancy; no type of numbers is meant.
    Single,
#pragma warning restore CA1720

    /// <summary>The logs of many tenants, whose keys begin with <c>tenant_id</c>; row-level security shows each connection those of its tenant.</summary>
    Conjoined,
}
