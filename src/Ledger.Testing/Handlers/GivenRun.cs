using Ledger.Log;
using Ledger.Projections;
using Ledger.Runs;

namespace Ledger.Testing.Handlers;

/// <summary>A run in memory that a handler decides on, for unit tests without a database and without a host.</summary>
/// <remarks>
/// Pass <see cref="World"/>, <see cref="Run"/> or the result of <see cref="GetStateAsync"/> to the handler, and what it returns to <see cref="ThenAsync"/>. For an
/// <c>IEventStream&lt;T&gt;</c> pass a <c>StubEventStream&lt;T&gt;</c> of JasperFx.Events with that state, and its events to <see cref="ThenAsync"/>. A failed
/// assertion is an exception of the caller's own framework. Not safe for concurrent use.
/// </remarks>
public sealed class GivenRun
{
    private GivenRun(Run run, World world) => (Run, World) = (run, world);

    /// <summary>The run, with the events that were given and those of <see cref="ThenAsync"/>.</summary>
    public Run Run { get; }

    /// <summary>The world of the events so far.</summary>
    public World World { get; private set; }

    /// <summary>Creates a run with events.</summary>
    /// <param name="events">The events, in order: each an event record, or a <see cref="NewEvent"/>.</param>
    /// <param name="registry">The event types; null for the built-in ones alone.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidEventException">One is of no registered type, or cannot be stored.</exception>
    public static async Task<GivenRun> OfAsync(
        IEnumerable<object> events, EventRegistry? registry = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        var given = new GivenRun(new AgentLedger(new MemoryEventStore(registry)).GetRun("given"), World.Empty);
        await given.ThenAsync(events, cancellationToken).ConfigureAwait(false);
        return given;
    }

    /// <summary>The state of an aggregate after the events so far.</summary>
    /// <typeparam name="T">The state.</typeparam>
    /// <param name="aggregate">The aggregate.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<T> GetStateAsync<T>(Aggregate<T> aggregate, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        return await Run.AggregateAsync(aggregate, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Appends what the handler returned, as a host would: at the length that it decided on, with the checks of every append.</summary>
    /// <param name="returned">The events; none for a handler that decided to do nothing.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The world after them.</returns>
    /// <exception cref="WrongExpectedVersionException">The handler appended to <see cref="Run"/> by itself, after <see cref="World"/> was read.</exception>
    /// <exception cref="InvalidEventException">One is of no registered type, or cannot be stored.</exception>
    public async Task<World> ThenAsync(IEnumerable<object> returned, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(returned);
        if (returned.ToList() is { Count: > 0 } events)
        {
            await Run.AppendAsync(events, World.Position, cancellationToken).ConfigureAwait(false);
        }

        return World = await Run.GetWorldAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
    }
}
