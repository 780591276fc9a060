using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ledger.Events;

/// <summary>What the JSON of an event may hold, so that every engine can keep it exactly.</summary>
public static class PayloadRules
{
    /// <summary>The largest size of an event's JSON, in bytes: 16 MiB.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>The deepest nesting of arrays and objects.</summary>
    public const int MaxDepth = 512;

    /// <summary>The largest number of characters in an event's name.</summary>
    public const int MaxTypeLength = 500;

    internal static void CheckTypeName(string name) => ArgumentException.ThrowIfNullOrWhiteSpace(name);

    internal static ReadOnlyMemory<byte> Write(string name, JsonElement data) =>
        JsonSerializer.SerializeToUtf8Bytes(data, BuiltInEventsContext.Default.JsonElement);

    internal static ReadOnlyMemory<byte> Write(string name, object data, JsonTypeInfo json) =>
        JsonSerializer.SerializeToUtf8Bytes(data, json);

    internal static ReadOnlyMemory<byte> WriteHeaders(string name, EventMetadata metadata) => EventHeaders.Write(metadata, name);
}
