using Ledger.Conformance.Appending;
using Ledger.Conformance.Forgetting;
using Ledger.Conformance.Projections;
using Ledger.Conformance.Records;
using Ledger.Conformance.Runs;
using Ledger.Conformance.Tasks;
using Xunit;

namespace Ledger.Postgres.Tests.Tenants;

// What every engine must do, on the log of a tenant: what copies, derives rows or rewrites. ConjoinedTenantsTests calls everything else.
public sealed class ConjoinedBulkImportTests(ConjoinedDatabase database) : BulkImportTests(database), IClassFixture<ConjoinedDatabase>;
public sealed class ConjoinedDocumentProjectionTests(ConjoinedDatabase database) : DocumentProjectionTests(database), IClassFixture<ConjoinedDatabase>;
public sealed class ConjoinedChronoRecordTests(ConjoinedDatabase database) : ChronoRecordTests(database), IClassFixture<ConjoinedDatabase>;
public sealed class ConjoinedTaskSavingTests(ConjoinedDatabase database) : TaskSavingTests(database), IClassFixture<ConjoinedDatabase>;
public sealed class ConjoinedMaskingTests(ConjoinedDatabase database) : MaskingTests(database), IClassFixture<ConjoinedDatabase>;
public sealed class ConjoinedRunSummaryTests(ConjoinedDatabase database) : RunSummaryTests(database), IClassFixture<ConjoinedDatabase>;
