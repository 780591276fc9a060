using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Ledger.Agents;

/// <summary>How messages, responses and arguments become JSON, and are read again.</summary>
internal static class AgentJson
{
    /// <summary>Those of Microsoft.Extensions.AI; a database may return the members of an object in another order.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    public static JsonElement ToElement<T>(T value) => JsonSerializer.SerializeToElement(value, Options.GetTypeInfo(typeof(T)));

    public static JsonElement ToElement(object? value, JsonSerializerOptions options) => value is JsonElement json
        ? json
        : JsonSerializer.SerializeToElement(value, options.GetTypeInfo(value?.GetType() ?? typeof(object)));

    public static T? Read<T>(JsonElement json) => (T?)json.Deserialize(Options.GetTypeInfo(typeof(T)));

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(AIJsonUtilities.DefaultOptions) { AllowOutOfOrderMetadataProperties = true, WriteIndented = false };
        options.MakeReadOnly();
        return options;
    }
}
