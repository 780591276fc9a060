using System.Collections.Concurrent;
using Ledger.Postgres.Tenants;
using Marten.Storage;
using Npgsql;

namespace Ledger.Marten.Tenants;

/// <summary>Which tenant has which database, where each is to have its own: two in one would read and write one log, because its tables do not keep them apart.</summary>
/// <remarks>Databases are told apart by host, port and name. Safe for concurrent use.</remarks>
internal sealed class OwnDatabases
{
    private readonly ConcurrentDictionary<MartenDatabase, string> _known = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, string> _byPlace = new(StringComparer.Ordinal);

    /// <summary>Why the tenants that are named in the options cannot have their databases.</summary>
    public static IEnumerable<string> Faults(ITenancy? tenancy)
    {
        // The others know their databases from a server alone.
        if (tenancy is not StaticMultiTenancy known)
        {
            return [];
        }

        return known.BuildDatabases().AsTask().GetAwaiter().GetResult()
            .Cast<MartenDatabase>()
            .GroupBy(PlaceOf, database => database.TenantIds, StringComparer.Ordinal)
            .Select(place => (Database: place.Key, Tenants: place.SelectMany(tenants => tenants).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList()))
            .Where(place => place.Tenants.Count > 1)
            .OrderBy(place => place.Database, StringComparer.Ordinal)
            .Select(place => SharedBy(place.Tenants, place.Database));
    }

    /// <summary>Refuses a tenant whose database another one has.</summary>
    /// <exception cref="TenancyException">It has.</exception>
    public void Check(string tenant, MartenDatabase database)
    {
        var other = database.TenantIds.Find(one => one != tenant) ?? _known.GetOrAdd(database, known => _byPlace.GetOrAdd(PlaceOf(known), tenant));
        if (other != tenant)
        {
            throw TenancyException.Of($"{SharedBy([other, tenant], PlaceOf(database))} Nothing was read or written.");
        }
    }

    /// <summary>Forgets who has which: a tenant has moved.</summary>
    public void Forget()
    {
        _byPlace.Clear();
        _known.Clear();
    }

    /// <summary>The database of a connection string: host, port and name.</summary>
    public static string PlaceOf(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) is var parts ? $"'{parts.Database ?? parts.Username}' on {parts.Host?.ToLowerInvariant()}:{parts.Port}" : "";

    private static string SharedBy(IEnumerable<string> tenants, string place) =>
        $"The tenants {string.Join(", ", tenants.Select(tenant => $"'{tenant}'"))} have one database, {place}, where the log does not keep them apart: give each its own, or put them "
        + "into a schema of many by 'UseLedger(new ConjoinedTenants(…))'.";

    private static string PlaceOf(MartenDatabase database) => PlaceOf(database.DataSource.ConnectionString);
}
