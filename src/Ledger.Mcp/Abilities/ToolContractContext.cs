using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Mcp.Abilities;

/// <summary>The JSON contracts of the answers that only tools have, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(EventsPage))]
[JsonSerializable(typeof(EventAnswer))]
[JsonSerializable(typeof(HitsPage))]
[JsonSerializable(typeof(FoundPage))]
[JsonSerializable(typeof(QueryRowsPage))]
[JsonSerializable(typeof(ContractsPage))]
[JsonSerializable(typeof(SealStatusAnswer))]
[JsonSerializable(typeof(SealProofAnswer))]
[JsonSerializable(typeof(WorldPage))]
[JsonSerializable(typeof(ObjectAnswer))]
[JsonSerializable(typeof(BranchPage))]
[JsonSerializable(typeof(BlamePage))]
[JsonSerializable(typeof(TracePage))]
[JsonSerializable(typeof(DiffPage))]
[JsonSerializable(typeof(MergePage))]
[JsonSerializable(typeof(PickPage))]
[JsonSerializable(typeof(RebasePage))]
[JsonSerializable(typeof(ProjectsPage))]
[JsonSerializable(typeof(RecordAnswer))]
[JsonSerializable(typeof(RecordsPage))]
[JsonSerializable(typeof(ChainEventsPage))]
[JsonSerializable(typeof(RecordWritten))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ToolContractContext : JsonSerializerContext;
