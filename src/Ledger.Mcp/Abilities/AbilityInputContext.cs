using System.Text.Json.Serialization;

namespace Ledger.Mcp.Abilities;

/// <summary>The JSON contracts of what the abilities on runs and record stores are asked, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RunListInput))]
[JsonSerializable(typeof(RunStartInput))]
[JsonSerializable(typeof(RunAppendInput))]
[JsonSerializable(typeof(RunForkInput))]
[JsonSerializable(typeof(RunBranchesInput))]
[JsonSerializable(typeof(RunMergeInput))]
[JsonSerializable(typeof(RunEventsInput))]
[JsonSerializable(typeof(RunEventInput))]
[JsonSerializable(typeof(RunSearchInput))]
[JsonSerializable(typeof(LogSearchInput))]
[JsonSerializable(typeof(LogQueryInput))]
[JsonSerializable(typeof(LogContractsInput))]
[JsonSerializable(typeof(SealStatusInput))]
[JsonSerializable(typeof(SealProveInput))]
[JsonSerializable(typeof(RunPickInput))]
[JsonSerializable(typeof(RunRebaseInput))]
[JsonSerializable(typeof(RunTraceInput))]
[JsonSerializable(typeof(RunWorldInput))]
[JsonSerializable(typeof(RunObjectInput))]
[JsonSerializable(typeof(RunBlameInput))]
[JsonSerializable(typeof(RunDiffInput))]
[JsonSerializable(typeof(ChronoProjectsInput))]
[JsonSerializable(typeof(ChronoQueryInput))]
[JsonSerializable(typeof(ChronoGetInput))]
[JsonSerializable(typeof(ChronoHistoryInput))]
[JsonSerializable(typeof(ChronoUpsertInput))]
internal sealed partial class AbilityInputContext : JsonSerializerContext;
