using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Tasks;

namespace Ledger.Explorer.Api;

/// <summary>Tasks, calls and messages as the API writes them, which is the form that their abilities return.</summary>
internal static partial class TaskJsonForm
{
    public static void Write(Utf8JsonWriter writer, AgentTask task) => JsonSerializer.Serialize(writer, task, Context.Default.AgentTask);

    public static void Write(Utf8JsonWriter writer, Call call) => JsonSerializer.Serialize(writer, call, Context.Default.Call);

    public static void Write(Utf8JsonWriter writer, Message message) => JsonSerializer.Serialize(writer, message, Context.Default.Message);

    public static void Write(Utf8JsonWriter writer, RecoverableTask found)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("task");
        Write(writer, found.Task);
        if (found.Lease is { } lease)
        {
            writer.WriteStartObject("lease");
            writer.WriteString("runner", lease.Runner);
            writer.WriteNumber("expiresAt", lease.ExpiresAt.ToUnixTimeMilliseconds());
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, RecoverableCall found)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("call");
        Write(writer, found.Call);
        writer.WritePropertyName("startMessage");
        Write(writer, found.StartMessage);
        writer.WriteEndObject();
    }

    [JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, GenerationMode = JsonSourceGenerationMode.Metadata)]
    [JsonSerializable(typeof(AgentTask))]
    [JsonSerializable(typeof(Call))]
    [JsonSerializable(typeof(Message))]
    internal sealed partial class Context : JsonSerializerContext;
}
