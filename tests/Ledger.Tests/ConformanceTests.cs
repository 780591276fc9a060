using Ledger.Conformance.Abilities;
using Ledger.Conformance.Appending;
using Ledger.Conformance.Concurrency;
using Ledger.Conformance.Conventions;
using Ledger.Conformance.Decorators;
using Ledger.Conformance.Laws;
using Ledger.Conformance.Log;
using Ledger.Conformance.Projections;
using Ledger.Conformance.Reading;
using Ledger.Conformance.Records;
using Ledger.Conformance.Runs;
using Ledger.Conformance.Tasks;
using Ledger.Conformance.Worlds;
using Ledger.Tests.Log;

namespace Ledger.Tests;

// What every engine must do, on this one; MemoryBindingTests fails when a class of the suite is missing here.
public sealed class MemoryBindingTests : BindingTests
{
    protected override IReadOnlyDictionary<Type, string> NotApplicable { get; } = new Dictionary<Type, string>
    {
        [typeof(AmbientTransactionTests)] = "A log in memory has no connections and no transactions.",
        [typeof(CallRoundTripTests)] = "A log in memory has no round trips, so that calls look first.",
    };
}

public sealed class MemoryAppendTests() : AppendTests(new MemoryEngine());
public sealed class MemoryBulkImportTests() : BulkImportTests(new MemoryEngine());
public sealed class MemoryInvalidAppendTests() : InvalidAppendTests(new MemoryEngine());
public sealed class MemoryRepeatedAppendTests() : RepeatedAppendTests(new MemoryEngine());
public sealed class MemorySeveralStreamsAppendTests() : SeveralStreamsAppendTests(new MemoryEngine());
public sealed class MemoryCreateBranchTests() : CreateBranchTests(new MemoryEngine());
public sealed class MemoryForkTests() : ForkTests(new MemoryEngine());
public sealed class MemoryHistoryTests() : HistoryTests(new MemoryEngine());
public sealed class MemoryListBranchesTests() : ListBranchesTests(new MemoryEngine());
public sealed class MemoryCallOnceTests() : CallOnceTests(new MemoryEngine());
public sealed class MemoryCallPolicyTests() : CallPolicyTests(new MemoryEngine());
public sealed class MemoryCallEffectTests() : CallEffectTests(new MemoryEngine());
public sealed class MemoryToolFailureTests() : ToolFailureTests(new MemoryEngine());
public sealed class MemoryRunStatusTests() : RunStatusTests(new MemoryEngine());
public sealed class MemoryRunSummaryTests() : RunSummaryTests(new MemoryEngine());
public sealed class MemoryBudgetTests() : BudgetTests(new MemoryEngine());
public sealed class MemoryBudgetedEndTests() : BudgetedEndTests(new MemoryEngine());
public sealed class MemorySharedBudgetTests() : SharedBudgetTests(new MemoryEngine());
public sealed class MemoryContendedBudgetTests() : ContendedBudgetTests(new MemoryEngine());
public sealed class MemoryApprovalTests() : ApprovalTests(new MemoryEngine());
public sealed class MemoryCallCauseTests() : CallCauseTests(new MemoryEngine());
public sealed class MemoryStreamingCallTests() : StreamingCallTests(new MemoryEngine());
public sealed class MemoryConcurrentCallTests() : ConcurrentCallTests(new MemoryEngine());
public sealed class MemoryReexecutionTests() : ReexecutionTests(new MemoryEngine());
public sealed class MemoryBlameTests() : BlameTests(new MemoryEngine());
public sealed class MemoryMergeTests() : MergeTests(new MemoryEngine());
public sealed class MemoryMergeConflictTests() : MergeConflictTests(new MemoryEngine());
public sealed class MemoryMergeLostEndTests() : MergeLostEndTests(new MemoryEngine());
public sealed class MemoryMergeHistoryTests() : MergeHistoryTests(new MemoryEngine());
public sealed class MemoryMergeVectorTests() : MergeVectorTests(new MemoryEngine());
public sealed class MemoryMergeLawTests() : MergeLawTests(new MemoryEngine());
public sealed class MemoryCherryPickTests() : CherryPickTests(new MemoryEngine());
public sealed class MemoryRebaseTests() : RebaseTests(new MemoryEngine());
public sealed class MemoryChangedForkTests() : ChangedForkTests(new MemoryEngine());
public sealed class MemoryCarryLawTests() : CarryLawTests(new MemoryEngine());
public sealed class MemoryCausalityTests() : CausalityTests(new MemoryEngine());
public sealed class MemoryDivergenceTests() : DivergenceTests(new MemoryEngine());
public sealed class MemoryChronoRecordTests() : ChronoRecordTests(new MemoryEngine());
public sealed class MemoryChronoUpkeepTests() : ChronoUpkeepTests(new MemoryEngine());
public sealed class MemoryChronoVectorTests() : ChronoVectorTests(new MemoryEngine());
public sealed class MemoryConcurrentAppendTests() : ConcurrentAppendTests(new MemoryEngine());
public sealed class MemoryCausalityLawTests() : CausalityLawTests(new MemoryEngine());
public sealed class MemoryExportLawTests() : ExportLawTests(new MemoryEngine());
public sealed class MemoryForkLawTests() : ForkLawTests(new MemoryEngine());
public sealed class MemorySameAnswersTests() : SameAnswersTests(new MemoryEngine(), () => new ListEventStore());
public sealed class MemoryTaskLawTests() : TaskLawTests(new MemoryEngine());
public sealed class MemoryAggregateTests() : AggregateTests(new MemoryEngine());
public sealed class MemoryDocumentProjectionTests() : DocumentProjectionTests(new MemoryEngine());
public sealed class MemoryProjectionStepTests() : ProjectionStepTests(new MemoryEngine());
public sealed class MemoryProjectedSnapshotTests() : Conformance.Projections.SnapshotTests(new MemoryEngine());
public sealed class MemoryCancelledReadTests() : CancelledReadTests(new MemoryEngine());
public sealed class MemoryEventTypeTests() : EventTypeTests(new MemoryEngine());
public sealed class MemoryJsonValueTests() : JsonValueTests(new MemoryEngine());
public sealed class MemoryMetadataTests() : MetadataTests(new MemoryEngine());
public sealed class MemoryReadLogTests() : ReadLogTests(new MemoryEngine());
public sealed class MemoryReadStreamTests() : ReadStreamTests(new MemoryEngine());
public sealed class MemoryStreamInfoTests() : StreamInfoTests(new MemoryEngine());
public sealed class MemoryReplayTests() : ReplayTests(new MemoryEngine());
public sealed class MemoryRunTests() : RunTests(new MemoryEngine());
public sealed class MemoryDecoratedStoreTests() : DecoratedStoreTests(new MemoryEngine());

public sealed class MemoryLogSearchTests() : LogSearchTests(new MemoryEngine());
public sealed class MemoryBadSnapshotTests() : BadSnapshotTests(new MemoryEngine());
public sealed class MemoryKandoSnapshotVectorTests() : KandoSnapshotVectorTests(new MemoryEngine());
public sealed class MemoryLongRunTests() : LongRunTests(new MemoryEngine());
public sealed class MemorySnapshotTests() : Conformance.Worlds.SnapshotTests(new MemoryEngine());
public sealed class MemoryAccumulateTests() : AccumulateTests(new MemoryEngine());
public sealed class MemoryLedgerAbilityTests() : LedgerAbilityTests(new MemoryEngine());
public sealed class MemoryTaskConcurrencyTests() : TaskConcurrencyTests(new MemoryEngine());
public sealed class MemoryTaskQueryTests() : TaskQueryTests(new MemoryEngine());
public sealed class MemoryTaskRecoveryTests() : TaskRecoveryTests(new MemoryEngine());
public sealed class MemoryTaskRunTests() : TaskRunTests(new MemoryEngine());
public sealed class MemoryTaskSavingTests() : TaskSavingTests(new MemoryEngine());
public sealed class MemoryKandoVectorTests() : KandoVectorTests(new MemoryEngine());
public sealed class MemoryRunWorldTests() : RunWorldTests(new MemoryEngine());
public sealed class MemoryWorldLawTests() : WorldLawTests(new MemoryEngine());
public sealed class MemoryUnstorableAnswerTests() : UnstorableAnswerTests(new MemoryEngine());
