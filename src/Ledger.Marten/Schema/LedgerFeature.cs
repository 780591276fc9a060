using JasperFx.Events;
using Ledger.Postgres;
using Marten;
using Weasel.Core;
using Weasel.Core.Migrations;

namespace Ledger.Marten.Schema;

/// <summary>Ledger's own tables and functions as Marten's tools see them: one object, after the event tables and the documents of worlds.</summary>
/// <param name="options">The store's.</param>
/// <param name="ledger">Ledger's.</param>
internal sealed class LedgerFeature(StoreOptions options, PostgresOptions ledger)
    : FeatureSchemaBase("ledger", options.Advanced.Migrator)
{
    public override Type StorageType => typeof(LedgerFeature);

    public override IEnumerable<Type> DependentTypes() => [typeof(IEvent), typeof(LedgerWorld)];

    protected override IEnumerable<ISchemaObject> schemaObjects() => [new LedgerSchemaObject(ledger, () => StoreConfiguration.Of(options) is { HasTenants: false } store ? store.DataSource : null)];
}
