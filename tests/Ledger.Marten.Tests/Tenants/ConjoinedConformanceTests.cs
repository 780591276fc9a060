using Ledger.Conformance;
using Ledger.Conformance.Appending;
using Ledger.Conformance.Forgetting;
using Ledger.Conformance.Projections;
using Ledger.Conformance.Records;
using Ledger.Conformance.Runs;
using Ledger.Conformance.Tasks;
using Ledger.Postgres.Tests.Tenants;
using Xunit;

namespace Ledger.Marten.Tests.Tenants;

/// <summary>One schema for the classes of this file.</summary>
[CollectionDefinition(Name)]
public sealed class ConjoinedCollection : ICollectionFixture<ConjoinedEngine>
{
    public const string Name = "a schema of many tenants";
}

// What every engine must do, on the log of a tenant: what copies, derives rows or rewrites. ConjoinedMartenTests calls everything else.
[Collection(ConjoinedCollection.Name)]
public sealed class ConjoinedBulkImportTests(ConjoinedEngine engine) : BulkImportTests(engine);

[Collection(ConjoinedCollection.Name)]
public sealed class ConjoinedDocumentProjectionTests(ConjoinedEngine engine) : DocumentProjectionTests(engine);

[Collection(ConjoinedCollection.Name)]
public sealed class ConjoinedChronoRecordTests(ConjoinedEngine engine) : ChronoRecordTests(engine);

[Collection(ConjoinedCollection.Name)]
public sealed class ConjoinedTaskSavingTests(ConjoinedEngine engine) : TaskSavingTests(engine);

[Collection(ConjoinedCollection.Name)]
public sealed class ConjoinedMaskingTests(ConjoinedEngine engine) : MaskingTests(engine);

[Collection(ConjoinedCollection.Name)]
public sealed class ConjoinedRunSummaryTests(ConjoinedEngine engine) : RunSummaryTests(engine);

[Collection(ConjoinedCollection.Name)]
public sealed class ConjoinedTenantLawTests(ConjoinedEngine engine)
{
    [Fact]
    public async Task Calls_AtRandomOfTwoTenants_AnswerAsTwoStores() =>
        await TenantLaw.HoldsAsync([await engine.CreateEmptyStoreAsync(), await engine.CreateEmptyStoreAsync()], Scale.Of(6, 500));
}
