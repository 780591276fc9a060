using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Log;

/// <summary>How the events of runs and branches are written as JSON, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ObjectCreated))]
[JsonSerializable(typeof(ObjectPatched))]
[JsonSerializable(typeof(ObjectRemoved))]
[JsonSerializable(typeof(RelationCreated))]
[JsonSerializable(typeof(RelationRemoved))]
[JsonSerializable(typeof(ResponderFired))]
[JsonSerializable(typeof(ResponderCompleted))]
[JsonSerializable(typeof(ResponderFailed))]
[JsonSerializable(typeof(LlmRequest))]
[JsonSerializable(typeof(LlmResponse))]
[JsonSerializable(typeof(ToolCalled))]
[JsonSerializable(typeof(ToolReturned))]
[JsonSerializable(typeof(BudgetExhausted))]
[JsonSerializable(typeof(KitLoaded))]
[JsonSerializable(typeof(BranchCreated))]
[JsonSerializable(typeof(BranchMerged))]
[JsonSerializable(typeof(BranchPicked))]
[JsonSerializable(typeof(BranchRebased))]
[JsonSerializable(typeof(CallRequested))]
[JsonSerializable(typeof(CallReturned))]
[JsonSerializable(typeof(CallFailed))]
[JsonSerializable(typeof(CallAnswered))]
[JsonSerializable(typeof(CallUnknown))]
[JsonSerializable(typeof(CallReleased))]
[JsonSerializable(typeof(AttemptStarted))]
[JsonSerializable(typeof(ApprovalRequested))]
[JsonSerializable(typeof(ApprovalDecided))]
[JsonSerializable(typeof(BudgetSet))]
[JsonSerializable(typeof(BudgetReserved))]
[JsonSerializable(typeof(BudgetSettled))]
[JsonSerializable(typeof(BudgetJoined))]
[JsonSerializable(typeof(BudgetRaised))]
[JsonSerializable(typeof(RunRenamed))]
[JsonSerializable(typeof(RunLabelled))]
[JsonSerializable(typeof(RunCompleted))]
[JsonSerializable(typeof(RunFailed))]
[JsonSerializable(typeof(EventMasked))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class BuiltInEventsContext : JsonSerializerContext;
