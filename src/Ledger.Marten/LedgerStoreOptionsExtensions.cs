using Ledger.Marten;
using Ledger.Marten.Tenants;
using Ledger.Postgres;
using Ledger.Postgres.Tenants;

namespace Marten;

/// <summary>Puts Ledger's log into a Marten store.</summary>
public static class LedgerStoreOptionsExtensions
{
    /// <summary>Configures a store so that Marten and Ledger share the event tables.</summary>
    /// <remarks>
    /// <list type="bullet">
    /// <item>Streams are named by text; events have correlation, causation and headers, and unique ids. Tenants have a database each, or there are none.</item>
    /// <item>Events are appended in the mode <c>QuickWithServerTimestamps</c>. Rich mode draws sequence numbers before its transaction, so that no reader could
    /// distinguish a late number from a dead one: it is refused.</item>
    /// <item>Every event type of the registry has its registered name in the log, independent of its class name, and JSON as Ledger writes it; an
    /// unknown name reads as an <see cref="Ledger.Events.UntypedEvent"/>.</item>
    /// <item>Appends notify listeners.</item>
    /// <item>Marten's daemon writes who runs a projection into the row of its progress, every ten seconds or in the interval that the options have; those who
    /// list projections read it there.</item>
    /// <item>Ledger's own tables are part of the store's schema: Marten makes them, asserts them, and never drops them.</item>
    /// </list>
    /// <para>Options that are changed afterwards are detected before anything is written. The serializer must be that of System.Text.Json, which is
    /// Marten's own; its settings are the application's.</para>
    /// </remarks>
    /// <param name="options">The store's options.</param>
    /// <param name="configure">Changes Ledger's options, such as <c>o => o with { EventSchema = "app" }</c>; null for the defaults. The
    /// connection and the time of migrations are Marten's, so <see cref="PostgresOptions.ConnectionString"/> and
    /// <see cref="PostgresOptions.AutoMigrate"/> stay as they are.</param>
    /// <exception cref="InvalidOperationException">The store has settings that conflict with Ledger's; all are named.</exception>
    /// <exception cref="PostgresOptionsException">Ledger's options have faults; all are named.</exception>
    public static StoreOptions UseLedger(this StoreOptions options, Func<PostgresOptions, PostgresOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var ledger = new PostgresOptions();
        StoreConfiguration.Apply(options, (configure is null ? ledger : configure(ledger)).Checked());
        return options;
    }

    /// <summary>Configures a store whose tenants have their logs in one schema: Marten's <c>TenancyStyle.Conjoined</c>, kept apart by row-level security.</summary>
    /// <remarks>
    /// <list type="bullet">
    /// <item>The schema is made before, by <c>ledger migrate apply --tenancy conjoined</c> or <see cref="Ledger.Postgres.Schema.LedgerMigrator"/>; Marten adds its own functions and documents.</item>
    /// <item>Each tenant's sessions have connections of their own, on which PostgreSQL sets the tenant: <c>options.Connection</c> is not called. A tenant that was not added, or is
    /// switched off, is unknown. A session of no tenant is refused.</item>
    /// <item>Events, streams and stored worlds are a tenant's, whatever a statement asks for. Documents of the application have a tenant if the application says so, as by
    /// <c>Policies.AllDocumentsAreMultiTenanted()</c>, and a policy by <c>UseRowLevelSecurity("ledger.tenant")</c>, with which the daemon cannot write them.</item>
    /// <item>Marten's daemon runs once for all tenants, on the connection of a role that sees their events; <paramref name="connections"/> has it.</item>
    /// <item>The rest is as with the other overload. Ids of events are unique within a tenant. Tags by Ledger's rule are refused.</item>
    /// </list>
    /// </remarks>
    /// <param name="options">The store's options.</param>
    /// <param name="tenants">The tenants, with the connection of the role that owns the tables and the names of the schemas. It must outlive the store.</param>
    /// <param name="connections">The sizes of pools, and the daemon's connection; null for the defaults.</param>
    /// <param name="configure">Changes Ledger's options; null for those of <paramref name="tenants"/>.</param>
    /// <exception cref="InvalidOperationException">The store has settings that conflict with Ledger's; all are named.</exception>
    /// <exception cref="PostgresOptionsException">Ledger's options have faults; all are named.</exception>
    public static StoreOptions UseLedger(
        this StoreOptions options, ConjoinedTenants tenants, ConjoinedStoreOptions? connections = null, Func<PostgresOptions, PostgresOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tenants);
        var pools = (connections ?? new ConjoinedStoreOptions()).Checked();
        var ledger = ((configure is null ? tenants.Options : configure(tenants.Options)) with { Tenancy = Tenancy.Conjoined }).Checked();
        StoreConfiguration.Apply(options, ledger, own => new ConjoinedTenancy(options, tenants, own, pools));
        return options;
    }
}
