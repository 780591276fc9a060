using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Events;
using Ledger.Log;

namespace Ledger.Marten.Serialization;

/// <summary>Writes events as Ledger does, wherever a Marten store serializes them.</summary>
internal sealed class EventJsonConverter(EventRegistry registry) : JsonConverter<object>
{
    private static readonly ConditionalWeakTable<object, SerializedBytes> Written = [];
    private readonly Dictionary<Type, string> _names = registry.Types.ToDictionary(t => t.Value, t => t.Key);

    /// <summary>Sets the JSON of an event that was already written, until the result is disposed.</summary>
    /// <remarks>So an untyped event with a registered name keeps its JSON unchanged, although its projections see the type.</remarks>
    public static IDisposable Remember(object data, ReadOnlyMemory<byte> json)
    {
        var written = new SerializedBytes(data, json);
        Written.AddOrUpdate(data, written);
        return written;
    }

    /// <summary>The JSON that was set for an event, or null.</summary>
    public static ReadOnlyMemory<byte>? Find(object data) => Written.TryGetValue(data, out var written) ? written.Json : default(ReadOnlyMemory<byte>?);

    public override bool CanConvert(Type typeToConvert) => typeToConvert == typeof(UntypedEvent) || _names.ContainsKey(typeToConvert);

    public override object Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // Parsed again: the registry reads a whole value.
        using var json = JsonDocument.ParseValue(ref reader);
        if (typeToConvert == typeof(UntypedEvent))
        {
            return new UntypedEvent("", json.RootElement.Clone());
        }

        var data = EventMappings.Read(registry, _names[typeToConvert], JsonSerializer.SerializeToUtf8Bytes(json.RootElement));
        return data.GetType() == typeToConvert ? data : throw new JsonException($"The JSON does not fit '{typeToConvert}'.");
    }

    public override void Write(Utf8JsonWriter writer, object value, JsonSerializerOptions options)
    {
        writer.WriteRawValue((Find(value) ?? registry.Write(new NewEvent(value)).Json).Span, skipInputValidation: true);
    }

    private sealed class SerializedBytes(object data, ReadOnlyMemory<byte> json) : IDisposable
    {
        public ReadOnlyMemory<byte> Json => json;

        public void Dispose() => Written.Remove(data);
    }
}
