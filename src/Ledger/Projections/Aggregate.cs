using Ledger.Events;
using Ledger.Log;

namespace Ledger.Projections;

/// <summary>A fold from the events of one stream, or of a branch's whole history, to a state.</summary>
/// <remarks>
/// <para>Immutable and safe for concurrent use. The functions must be pure and must not modify the state passed in: return
/// a new one. There is no reflection over the types.</para>
/// <code>
/// var order = new Aggregate&lt;Order&gt;("order", Order.Empty)
///     .On&lt;OrderPlaced&gt;((order, placed) => order with { Total = order.Total + placed.Total })
///     .On&lt;OrderCancelled&gt;((order, _) => order with { IsCancelled = true });
///
/// var now = await store.AggregateAsync(order, stream);
/// </code>
/// </remarks>
/// <typeparam name="T">The state.</typeparam>
public sealed class Aggregate<T>
    where T : class
{
    private readonly Func<T, RecordedEvent, T>? _all;
    private readonly EventHandlers<Func<T, RecordedEvent, T>> _handlers;

    /// <summary>Declares an aggregate that ignores every event; <c>On</c> adds handlers.</summary>
    /// <param name="name">Its name: 1 to 200 characters, without <c>:</c>.</param>
    /// <param name="initial">The state before the first event.</param>
    public Aggregate(string name, T initial)
        : this(name, initial, null, EventHandlers<Func<T, RecordedEvent, T>>.None)
    {
    }

    /// <summary>Declares an aggregate with one function for every event.</summary>
    /// <param name="name">Its name: 1 to 200 characters, without <c>:</c>.</param>
    /// <param name="initial">The state before the first event.</param>
    /// <param name="evolve">Returns the next state. It receives every event, including those of unknown types.</param>
    public Aggregate(string name, T initial, Func<T, RecordedEvent, T> evolve)
        : this(name, initial, evolve ?? throw new ArgumentNullException(nameof(evolve)), EventHandlers<Func<T, RecordedEvent, T>>.None)
    {
    }

    private Aggregate(string name, T initial, Func<T, RecordedEvent, T>? all, EventHandlers<Func<T, RecordedEvent, T>> handlers)
    {
        ProjectionNames.Check(name);
        ArgumentNullException.ThrowIfNull(initial);
        Name = name;
        Initial = initial;
        _all = all;
        _handlers = handlers;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The state before the first event.</summary>
    public T Initial { get; }

    /// <summary>The event types that are handled; empty if every event is.</summary>
    public IReadOnlyCollection<Type> EventTypes => _handlers.Types;

    /// <summary>Adds a handler for events of exactly one type; events of derived types are not included.</summary>
    /// <returns>A new declaration; this one does not change.</returns>
    /// <exception cref="ArgumentException">The type is already handled, or one function handles every event.</exception>
    public Aggregate<T> On<TEvent>(Func<T, TEvent, T> evolve)
        where TEvent : class
    {
        ArgumentNullException.ThrowIfNull(evolve);
        return With(typeof(TEvent), (state, recorded) => evolve(state, (TEvent)recorded.Data));
    }

    /// <summary>Adds a handler that also receives the event's place in the log, its time and its metadata.</summary>
    /// <inheritdoc cref="On{TEvent}(Func{T, TEvent, T})"/>
    public Aggregate<T> On<TEvent>(Func<T, TEvent, RecordedEvent, T> evolve)
        where TEvent : class
    {
        ArgumentNullException.ThrowIfNull(evolve);
        return With(typeof(TEvent), (state, recorded) => evolve(state, (TEvent)recorded.Data, recorded));
    }

    /// <summary>The state after an event.</summary>
    /// <param name="state">The state before it.</param>
    /// <param name="recorded">The event; an unhandled one leaves the state unchanged.</param>
    /// <exception cref="EventMisfitException">The event's type is handled, but the stored JSON does not match it, and
    /// <see cref="UntypedEvent"/> is not handled.</exception>
    public T Evolve(T state, RecordedEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(recorded);
        return (_all ?? _handlers.Find(recorded)) is { } evolve
            ? evolve(state, recorded) ?? throw new InvalidOperationException(
                $"Aggregate '{Name}' returned null for event '{recorded.Type}'. Return a state, such as the one passed in.")
            : state;
    }

    /// <summary>Starts a fold from a state, for many events.</summary>
    internal IStateFold BeginFold(T state) => Begin is { } begin ? begin(state) : new StateFold<T>(this, state);

    /// <summary>A faster fold over many events than repeated <see cref="Evolve"/>, with the same result; null for none.</summary>
    internal Func<T, IStateFold>? Begin { get; init; }

    private Aggregate<T> With(Type type, Func<T, RecordedEvent, T> evolve) => _all is null
        ? new Aggregate<T>(Name, Initial, null, _handlers.With(Name, type, evolve))
        : throw new ArgumentException($"Aggregate '{Name}' has one function for every event, which includes {type}.", nameof(type));
}
