using System.Text.Json;

namespace Ledger.Projections;

/// <summary>A projection whose state can be followed event by event.</summary>
internal interface ISteppable
{
    /// <summary>Its name, with its version from the second on.</summary>
    string Key { get; }

    /// <summary>Whether it handles a stream's events.</summary>
    bool Takes(StreamName stream);

    /// <summary>Starts before the first event of a history.</summary>
    IStepFold Begin(StreamName stream);
}

/// <summary>A fold that shows what each event does.</summary>
internal interface IStepFold
{
    /// <summary>Applies an event without a look at the state; one that cannot be applied is passed over.</summary>
    ValueTask PassAsync(RecordedEvent recorded, CancellationToken cancellationToken);

    /// <summary>Applies an event.</summary>
    ValueTask<StepParts> TakeAsync(RecordedEvent recorded, CancellationToken cancellationToken);
}

/// <summary>The part of a state that an event is about.</summary>
/// <param name="Before">Before the event; undefined if there was none.</param>
/// <param name="After">After it.</param>
/// <param name="Fault">Why it could not be applied; null if it was.</param>
internal readonly record struct StepParts(JsonElement Before, JsonElement After, string? Fault);

/// <summary>The projections of an application that a store knows; a capability of engines.</summary>
internal interface IProjectionCatalog
{
    /// <summary>Those whose state can be followed event by event; those in SQL cannot.</summary>
    IReadOnlyList<ISteppable> Steppable { get; }
}
