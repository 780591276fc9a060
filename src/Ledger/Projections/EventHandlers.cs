using System.Collections.Immutable;
using Ledger.Events;
using Ledger.Log;

namespace Ledger.Projections;

/// <summary>Handlers by event type; types are found by lookup, without reflection.</summary>
/// <remarks>Immutable. The JSON of an event that has no handler is not parsed.</remarks>
internal sealed class EventHandlers<THandler>
    where THandler : Delegate
{
    private readonly ImmutableDictionary<Type, THandler> _byType;

    private EventHandlers(ImmutableDictionary<Type, THandler> byType) => _byType = byType;

    public static EventHandlers<THandler> None { get; } = new(ImmutableDictionary<Type, THandler>.Empty);

    public IReadOnlyCollection<Type> Types => [.. _byType.Keys];

    public EventHandlers<THandler> With(string owner, Type type, THandler handler) => _byType.ContainsKey(type)
        ? throw new ArgumentException($"'{owner}' already handles {type}; do both in one handler.", nameof(type))
        : new EventHandlers<THandler>(_byType.Add(type, handler));

    /// <summary>The handler for an event, or null. An event that reads as <see cref="UntypedEvent"/> gets the handler of that type.</summary>
    /// <exception cref="EventMisfitException">The event's type has a handler, but its JSON does not match the type.</exception>
    public THandler? Find(RecordedEvent recorded)
    {
        var isHandled = _byType.ContainsKey(recorded.ExpectedType);
        if (!isHandled && !_byType.ContainsKey(typeof(UntypedEvent)))
        {
            return null;
        }

        if (_byType.TryGetValue(recorded.Data.GetType(), out var handler))
        {
            return handler;
        }

        return isHandled && recorded.Misfit is { } misfit ? throw new EventMisfitException(recorded, misfit) : null;
    }
}
