using System.Text.Json.Serialization;

namespace Ledger.Mcp.Abilities;

/// <summary>The JSON contracts of what the abilities on runs and record stores are asked, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RunListInput))]
[JsonSerializable(typeof(RunEventsInput))]
[JsonSerializable(typeof(RunAppendInput))]
[JsonSerializable(typeof(RunForkInput))]
[JsonSerializable(typeof(RunWorldInput))]
[JsonSerializable(typeof(RunDiffInput))]
[JsonSerializable(typeof(RunMergeInput))]
[JsonSerializable(typeof(RunPickInput))]
[JsonSerializable(typeof(RunRebaseInput))]
[JsonSerializable(typeof(RunTraceInput))]
[JsonSerializable(typeof(ChronoQueryInput))]
[JsonSerializable(typeof(ChronoGetInput))]
[JsonSerializable(typeof(ChronoHistoryInput))]
internal sealed partial class AbilityInputContext : JsonSerializerContext;
