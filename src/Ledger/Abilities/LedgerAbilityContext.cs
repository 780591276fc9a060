using System.Text.Json.Serialization;

namespace Ledger.Abilities;

/// <summary>The JSON contracts of tasks, calls, messages and the abilities on them, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TaskSaveInput))]
[JsonSerializable(typeof(SuccessOutput))]
[JsonSerializable(typeof(TaskGetInput))]
[JsonSerializable(typeof(TaskGetOutput))]
[JsonSerializable(typeof(TaskQueryInput))]
[JsonSerializable(typeof(TaskQueryOutput))]
[JsonSerializable(typeof(CallSaveInput))]
[JsonSerializable(typeof(CallListInput))]
[JsonSerializable(typeof(CallListOutput))]
[JsonSerializable(typeof(MessageSaveInput))]
[JsonSerializable(typeof(MessageSaveOutput))]
[JsonSerializable(typeof(MessageListInput))]
[JsonSerializable(typeof(MessageListOutput))]
internal sealed partial class LedgerAbilityContext : JsonSerializerContext;
