using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ledger.Log;

/// <summary>Collects the event types of an application; see <see cref="EventRegistry.Create"/>.</summary>
public sealed class EventRegistryBuilder
{
    internal Dictionary<string, EventRegistry.Entry> ByName { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, (string To, Func<JsonElement, JsonElement> Convert)> Upcasts { get; } = new(StringComparer.Ordinal);

    /// <summary>Registers an event type under the name in its <see cref="EventTypeAttribute"/>.</summary>
    /// <param name="json">How the type is written as JSON, from a source-generated context.</param>
    /// <exception cref="ArgumentException">The type has no name, or the name is taken.</exception>
    public EventRegistryBuilder Add<T>(JsonTypeInfo<T> json)
        where T : class => Add(NameOf<T>(nameof(json)), json);

    /// <summary>Registers an event type under the name in its <see cref="EventTypeAttribute"/>, with a rule that every append must meet.</summary>
    /// <param name="json">How the type is written as JSON, from a source-generated context.</param>
    /// <param name="rule">Returns what is wrong with an event of this name.</param>
    /// <exception cref="ArgumentException">The type has no name, or the name is taken.</exception>
    public EventRegistryBuilder Add<T>(JsonTypeInfo<T> json, EventRule rule)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(rule);
        var name = NameOf<T>(nameof(json));
        Add(name, json);
        ByName[name] = ByName[name] with { Rule = rule };
        return this;
    }

    /// <summary>Registers an event type under a name.</summary>
    /// <param name="name">The name in the log, 1 to 500 characters; it must not change once events are stored.</param>
    /// <param name="json">How the type is written as JSON, from a source-generated context.</param>
    /// <exception cref="ArgumentException">The name or the type is registered already, or no event can have that name.</exception>
    public EventRegistryBuilder Add<T>(string name, JsonTypeInfo<T> json)
        where T : class
    {
        CheckName(name, nameof(name));
        ArgumentNullException.ThrowIfNull(json);
        return Add<T>(name, () => json);
    }

    /// <summary>Registers an event type under the name in its attribute; how it is written is made when it is needed.</summary>
    internal EventRegistryBuilder AddLater<T>(Func<JsonTypeInfo<T>> json, EventRule? rule = null)
        where T : class
    {
        var name = NameOf<T>(nameof(json));
        Add<T>(name, json);
        ByName[name] = ByName[name] with { Rule = rule };
        return this;
    }

    private EventRegistryBuilder Add<T>(string name, Func<JsonTypeInfo> json)
        where T : class
    {
        if (ByName.TryGetValue(name, out var other))
        {
            throw new ArgumentException($"The event name '{name}' is already used by {other.ClrType}. Give {typeof(T)} another.", nameof(name));
        }

        if (ByName.Values.FirstOrDefault(e => e.ClrType == typeof(T)) is { } entry)
        {
            throw new ArgumentException($"{typeof(T)} is registered as '{entry.Name}' already; a type has one name.", nameof(name));
        }

        ByName.Add(name, new EventRegistry.Entry(name, typeof(T), json));
        return this;
    }

    /// <summary>Registers how an old shape is read as a newer one; the stored JSON is not changed.</summary>
    /// <remarks>Upcasts are followed: one from version 1 to 2 and one from 2 to 3 read version 1 as 3. The name at the end must have a type.</remarks>
    /// <param name="name">The name that the old events have in the log.</param>
    /// <param name="toName">The name that they are read as, which has a type or another upcast; it may be the same name.</param>
    /// <param name="convert">Makes the new JSON from the old. It must be pure and safe for concurrent use.</param>
    /// <exception cref="ArgumentException">The name has a conversion already.</exception>
    public EventRegistryBuilder Upcast(string name, string toName, Func<JsonElement, JsonElement> convert)
    {
        CheckName(name, nameof(name));
        CheckName(toName, nameof(toName));
        ArgumentNullException.ThrowIfNull(convert);
        if (!Upcasts.TryAdd(name, (toName, convert)))
        {
            throw new ArgumentException($"The event name '{name}' is upcast to '{Upcasts[name].To}' already.", nameof(name));
        }

        return this;
    }

    private static string NameOf<T>(string parameter) =>
        typeof(T).GetCustomAttribute<EventTypeAttribute>(inherit: false)?.Name
        ?? throw new ArgumentException($"{typeof(T)} has no name in the log. Write [EventType(\"…\")] above it, or pass the name.", parameter);

    private static void CheckName(string name, string parameter)
    {
        ArgumentNullException.ThrowIfNull(name, parameter);
        if (PayloadRules.FaultOfTypeName(name) is { } fault)
        {
            throw new ArgumentException($"'{TextRules.Printable(name)}' cannot be an event name: it {fault}.", parameter);
        }
    }
}
