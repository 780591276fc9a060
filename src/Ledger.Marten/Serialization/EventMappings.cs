using System.Data.Common;
using System.Text.Json;
using Ledger.Events;
using Ledger.Json;
using Ledger.Log;
using Marten;
using Marten.Events;
using Marten.Services;
using Marten.Services.Json.Transformations;

namespace Ledger.Marten.Serialization;

/// <summary>Registers the names of the events with Marten, and makes Ledger write and read their JSON.</summary>
internal static class EventMappings
{
    // Marten looks a class up by its name; no event in the log has this one.
    private const string UntypedName = "ledger.untyped";

    // Marten selects the data, the name and more, in this order.
    private const int NameColumn = 1;

    /// <summary>Assigns every type its name, and adds their JSON to the store's serializer.</summary>
    public static void Apply(StoreOptions options, EventRegistry registry)
    {
        var events = (EventGraph)options.Events;
        foreach (var (name, type) in registry.Types)
        {
            events.MapEventType(type, name);
        }

        events.Upcast(registry.UpcastTypes.Select(upcast => new RegistryUpcaster(registry, upcast.Key, upcast.Value)).ToArray<IEventUpcaster>());
        events.MapEventType<UntypedEvent>(UntypedName);

        // Also for a serializer that is set later.
        options.Advanced.ModifySerializer(serializer => Add(serializer, registry));
    }

    /// <summary>Makes Ledger read stored events, by their stored name. Called after the store is created, because its creation resets this.</summary>
    public static void ApplyReading(StoreOptions options, EventRegistry registry)
    {
        var events = (EventGraph)options.Events;
        foreach (var (name, type) in registry.Types)
        {
            events.EventMappingFor(type).JsonTransformation(Transformation(registry, type, name));
        }

        events.EventMappingFor(typeof(UntypedEvent)).JsonTransformation(new JsonTransformation((_, reader, index) =>
            new UntypedEvent(reader.GetString(NameColumn), EventJson.ParseElement(reader.GetFieldValue<byte[]>(index)))));
    }

    /// <summary>Reads an event by its stored name.</summary>
    /// <exception cref="JsonException">Its JSON does not fit the type.</exception>
    public static object Read(EventRegistry registry, string name, Type type, DbDataReader reader, int index) =>
        Read(registry, name, reader.GetFieldValue<byte[]>(index)) is var data && data.GetType() == type
            ? data
            : throw new JsonException(
                $"An event named '{name}' does not fit '{type}'. Ledger's store reads it as an {nameof(UntypedEvent)}; Marten cannot.");

    /// <summary>An event as its type, also where an encrypted value does not fit a member that may be null; untyped if it does not fit.</summary>
    public static object Read(EventRegistry registry, string name, ReadOnlyMemory<byte> json)
    {
        var data = registry.Read(name, json);
        return data is UntypedEvent && EncryptedValues.Without(json) is { } readable && registry.Read(name, readable) is var read && read is not UntypedEvent ? read : data;
    }

    private static void Add(ISerializer serializer, EventRegistry registry)
    {
        if (serializer is not SystemTextJsonSerializer json)
        {
            throw new InvalidOperationException(
                $"The store's serializer is '{serializer.GetType().Name}', but Ledger's events need that of System.Text.Json. "
                + "Call 'UseSystemTextJsonForSerialization' on the store's options.");
        }

        json.Configure(options => options.Converters.Insert(0, new EventJsonConverter(registry)));
    }

    private static JsonTransformation Transformation(EventRegistry registry, Type type, string name) =>
        new((_, reader, index) => Read(registry, name, type, reader, index));
}
