using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ledger.Json;
using Ledger.Streams;

namespace Ledger.Events;

/// <summary>Which .NET type each event name stands for, and how it is written as JSON.</summary>
/// <remarks>Immutable and safe for concurrent use. No reflection over the event types' members at run time.</remarks>
public sealed class EventRegistry
{
    private const string UntypedClrType = "Ledger.Events.UntypedEvent, Ledger";

    private readonly FrozenDictionary<string, Entry> _byName;
    private readonly FrozenDictionary<Type, Entry> _byType;
    private readonly FrozenDictionary<string, (string To, Func<JsonElement, JsonElement> Convert)> _upcasts;

    private EventRegistry(EventRegistryBuilder builder)
    {
        _byName = builder.ByName.ToFrozenDictionary(StringComparer.Ordinal);
        _byType = builder.ByName.Values.ToFrozenDictionary(e => e.ClrType);
        _upcasts = builder.Upcasts.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The events of runs and branches alone.</summary>
    public static EventRegistry Default { get; } = Create(_ => { });

    /// <summary>The registered names, sorted by code point, with the type that each stands for.</summary>
    public IEnumerable<KeyValuePair<string, Type>> Types =>
        _byName.Values.OrderBy(e => e.Name, CodePointComparer.Instance).Select(e => KeyValuePair.Create(e.Name, e.ClrType));

    /// <summary>The names that are read as a newer one, with the type that each is read as.</summary>
    internal IEnumerable<KeyValuePair<string, Type>> UpcastTypes => _upcasts.Keys.Select(name => KeyValuePair.Create(name, TypeOf(name)));

    /// <summary>The events of runs and branches, and those of an application.</summary>
    public static EventRegistry Create(Action<EventRegistryBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new EventRegistryBuilder();
        var json = BuiltInEventsContext.Default;
        builder.Add(json.ObjectCreated).Add(json.ObjectPatched).Add(json.ObjectRemoved)
            .Add(json.RelationCreated).Add(json.RelationRemoved)
            .Add(json.ResponderFired).Add(json.ResponderCompleted).Add(json.ResponderFailed)
            .Add(json.LlmRequest).Add(json.LlmResponse)
            .Add(json.ToolCalled).Add(json.ToolReturned)
            .Add(json.BudgetExhausted).Add(json.KitLoaded)
            .Add(json.BranchCreated)
            .Add(json.CallRequested).Add(json.CallReturned).Add(json.CallFailed).Add(json.CallAnswered);
        configure(builder);
        return new EventRegistry(builder);
    }

    /// <summary>The events of this registry, and more.</summary>
    /// <exception cref="ArgumentException">A name or a type is registered already.</exception>
    public EventRegistry With(Action<EventRegistryBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new EventRegistryBuilder();
        foreach (var (name, entry) in _byName)
        {
            builder.ByName.Add(name, entry);
        }

        foreach (var (name, upcast) in _upcasts)
        {
            builder.Upcasts.Add(name, upcast);
        }

        configure(builder);
        return new EventRegistry(builder);
    }

    /// <summary>Writes an event for storage, checked.</summary>
    /// <exception cref="InvalidEventException">The type is not registered, or what it holds breaks a rule of <see cref="PayloadRules"/>.</exception>
    public SerializedEvent Write(NewEvent newEvent)
    {
        ArgumentNullException.ThrowIfNull(newEvent);
        ArgumentNullException.ThrowIfNull(newEvent.Metadata);
        string name;
        Entry? entry;
        ReadOnlyMemory<byte> json;
        if (newEvent.Data is UntypedEvent untyped)
        {
            name = untyped.Type;
            PayloadRules.CheckTypeName(name);
            entry = _byName.GetValueOrDefault(name);
            json = PayloadRules.Write(name, untyped.Data);
        }
        else if (_byType.TryGetValue(newEvent.Data.GetType(), out entry))
        {
            name = entry.Name;
            json = PayloadRules.Write(name, newEvent.Data, entry.Json);
        }
        else
        {
            throw new InvalidEventException(
                newEvent.Data.GetType().ToString(), "its type is not registered. Add it to the event registry, or append an UntypedEvent.");
        }

        PayloadRules.CheckCorrelationId(name, newEvent.CorrelationId);
        return new SerializedEvent(name, entry?.ClrName ?? UntypedClrType, json, PayloadRules.WriteHeaders(name, newEvent.Metadata));
    }

    /// <summary>Checks an event against the rule of its name.</summary>
    /// <exception cref="InvalidEventException">It breaks the rule.</exception>
    internal void Check(StreamName stream, NewEvent newEvent, SerializedEvent serialized)
    {
        if (_byName.GetValueOrDefault(serialized.Type)?.Rule is { } rule)
        {
            var data = newEvent.Data is UntypedEvent ? Read(serialized.Type, serialized.Json) : newEvent.Data;
            if (rule(stream, data) is { } fault)
            {
                throw new InvalidEventException(serialized.Type, fault);
            }
        }
    }

    /// <summary>Reads stored JSON as the type that its name stands for, upcast where needed; what fits none becomes an <see cref="UntypedEvent"/>.</summary>
    public object Read(string name, ReadOnlyMemory<byte> json)
    {
        var readAs = name;
        var bytes = json;
        if (_upcasts.TryGetValue(name, out var upcast))
        {
            readAs = upcast.To;
            bytes = JsonSerializer.SerializeToUtf8Bytes(
                upcast.Convert(EventJson.ParseElement(json)), BuiltInEventsContext.Default.JsonElement);
        }

        if (_byName.TryGetValue(readAs, out var entry))
        {
            try
            {
                // The reader's depth counts, and not that of the application's options, which is 64 unless set.
                var reader = new Utf8JsonReader(bytes.Span, EventJson.ReaderOptions);
                if (JsonSerializer.Deserialize(ref reader, entry.Json) is { } data)
                {
                    return data;
                }
            }
            catch (JsonException)
            {
                // The log may hold any JSON under any name; what does not fit its type is still an event.
            }
        }

        return new UntypedEvent(name, EventJson.ParseElement(json));
    }

    /// <summary>The type that a name is read as when its JSON fits.</summary>
    internal Type TypeOf(string name) =>
        _byName.GetValueOrDefault(_upcasts.TryGetValue(name, out var upcast) ? upcast.To : name)?.ClrType ?? typeof(UntypedEvent);

    /// <summary>Whether events can be of a type.</summary>
    internal bool Knows(Type type) => type == typeof(UntypedEvent) || _byType.ContainsKey(type);

    /// <summary>The names that are read as one of these types.</summary>
    internal string[] NamesOf(IReadOnlyCollection<Type> types) =>
        [.. _byName.Keys.Union(_upcasts.Keys, StringComparer.Ordinal).Where(n => types.Contains(TypeOf(n)))];

    internal sealed record Entry(string Name, Type ClrType, JsonTypeInfo Json, EventRule? Rule = null)
    {
        // Marten's spelling: namespace, nested types with '+', assembly; no version, culture or key.
        public string ClrName { get; } = $"{ClrType.FullName}, {ClrType.Assembly.GetName().Name}";
    }
}
