using Ledger.Events;

namespace Ledger.Log;

/// <summary>An aggregate or a projection handles the type of an event whose stored JSON does not fit this type.</summary>
/// <remarks>Leaving the event out would produce a state that looks right and is not. Readers still get it as an <see cref="UntypedEvent"/>.</remarks>
public sealed class EventMisfitException : Exception
{
    /// <summary>States the event, its type and what does not fit.</summary>
    public EventMisfitException(RecordedEvent recorded, EventMisfit misfit)
        : base($"The JSON of event '{recorded?.Type}' at version {recorded?.Version} of stream '{recorded?.Stream}' does not fit "
            + $"{misfit?.ExpectedType}: {misfit?.Reason} Register an upcast of '{recorded?.Type}' to the type's present form, "
            + $"or handle {nameof(UntypedEvent)}.")
    {
        ArgumentNullException.ThrowIfNull(recorded);
        ArgumentNullException.ThrowIfNull(misfit);
        EventType = recorded.Type;
        ExpectedType = misfit.ExpectedType;
        Reason = misfit.Reason;
        Stream = recorded.Stream;
        Version = recorded.Version;
        EventId = recorded.Id;
    }

    /// <summary>The event's name in the log.</summary>
    public string EventType { get; }

    /// <summary>The type that the name stands for.</summary>
    public Type ExpectedType { get; }

    /// <summary>The reason why the JSON does not fit, as a sentence.</summary>
    public string Reason { get; }

    /// <summary>The event's stream.</summary>
    public StreamName Stream { get; }

    /// <summary>The event's version in its stream.</summary>
    public StreamVersion Version { get; }

    /// <summary>The event's id.</summary>
    public Guid EventId { get; }
}
