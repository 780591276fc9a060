using System.Text.Json.Serialization;

namespace Ledger.Tasks;

/// <summary>How the events of tasks are written as JSON, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TaskSaved))]
[JsonSerializable(typeof(CallSaved))]
[JsonSerializable(typeof(MessageSaved))]
[JsonSerializable(typeof(TaskLeased))]
[JsonSerializable(typeof(TaskLeaseRenewed))]
[JsonSerializable(typeof(TaskLeaseReleased))]
internal sealed partial class TaskEventsContext : JsonSerializerContext;
