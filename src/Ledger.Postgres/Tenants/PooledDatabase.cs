namespace Ledger.Postgres.Tenants;

/// <summary>A database of a <see cref="TenantPool"/>.</summary>
/// <remarks>Immutable. Its text does not show the connection string, which may hold a password.</remarks>
/// <param name="Name">Its name in the pool.</param>
/// <param name="ConnectionString">How to connect to it, without a tenant.</param>
/// <param name="IsFull">Whether it takes no more tenants.</param>
/// <param name="Tenants">How many tenants it has, without those that are switched off.</param>
public sealed record PooledDatabase(string Name, string ConnectionString, bool IsFull, int Tenants)
{
    /// <summary>Where it is, without user and password.</summary>
    public string Place => TenantDatabase.PlaceOf(ConnectionString);

    /// <summary>The name and the place.</summary>
    public override string ToString() => $"{Name} on {Place}";
}
