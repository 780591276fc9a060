using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ledger.Json;

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

    /// <summary>The built-in events alone.</summary>
    public static EventRegistry Default { get; } = Create(_ => { });

    /// <summary>The registered names, sorted by code point, with the type that each stands for.</summary>
    public IEnumerable<KeyValuePair<string, Type>> Types =>
        _byName.Values.OrderBy(e => e.Name, CodePointComparer.Instance).Select(e => KeyValuePair.Create(e.Name, e.ClrType));

    /// <summary>The names that are read as a newer one, with the type that each is read as.</summary>
    internal IEnumerable<KeyValuePair<string, Type>> UpcastTypes => _upcasts.Keys.Select(name => KeyValuePair.Create(name, TypeOf(name)));

    /// <summary>The built-in events and those of an application.</summary>
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
            .Add(json.CallRequested).Add(json.CallReturned).Add(json.CallFailed).Add(json.CallAnswered)
            .Add(json.TaskSaved).Add(json.CallSaved).Add(json.MessageSaved)
            .Add(json.TaskLeased).Add(json.TaskLeaseRenewed).Add(json.TaskLeaseReleased);
        configure(builder);
        return new EventRegistry(builder);
    }

    /// <summary>A sentence for a name that is probably a slip for that of a built-in event, such as <c>object.create</c>; null for every other.</summary>
    /// <remarks>A hint, and no more: an application may have such events. Names that are registered get none.</remarks>
    /// <param name="name">The name of an event's type.</param>
    public string? HintFor(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !_byName.ContainsKey(name) && !_upcasts.ContainsKey(name) && SimilarNames.Find(name, Default._byName.Keys) is { } meant
            ? $"'{name}' is not a built-in event, and means nothing to worlds and calls; the built-in one is '{meant}'."
            : null;
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

    internal sealed record Entry(string Name, Type ClrType, JsonTypeInfo Json)
    {
        // Marten's spelling: namespace, nested types with '+', assembly; no version, culture or key.
        public string ClrName { get; } = $"{ClrType.FullName}, {ClrType.Assembly.GetName().Name}";
    }
}
