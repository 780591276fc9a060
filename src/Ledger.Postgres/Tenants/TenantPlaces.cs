namespace Ledger.Postgres.Tenants;

/// <summary>A database has the log of one tenant: nothing in the tables says whose an event is.</summary>
internal static class TenantPlaces
{
    public static string Shared(TenantDatabase tenant, string other) =>
        $"The tenants '{tenant.Tenant}' and '{other}' have the same database '{tenant.Place}', where each would see the log of the other. Give each its own.";
}
