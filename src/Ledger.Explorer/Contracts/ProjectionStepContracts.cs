using System.Text.Json;
using Ledger.Projections;

namespace Ledger.Explorer.Contracts;

/// <summary>The projections that can be followed over a run, branch or other stream.</summary>
internal sealed record SteppableContract(string Stream, IReadOnlyList<string> Projections);

/// <summary>What one event did to the state of a projection.</summary>
/// <param name="Position">The position of the event.</param>
/// <param name="Event">The event.</param>
/// <param name="Changes">The values that it changed.</param>
/// <param name="Before">The state before it; of a world the object or relation that the event is about, of documents those that it names, by id. Absent if there was none.</param>
/// <param name="After">The same after it.</param>
/// <param name="Fault">Why it could not be applied, and changed nothing.</param>
internal sealed record ProjectionStepContract(
    long Position, EventContract Event, IReadOnlyList<StateChangeContract> Changes, JsonElement? Before = null, JsonElement? After = null, string? Fault = null)
{
    public static ProjectionStepContract Of(ProjectionStep step) => new(
        step.Position.Value,
        EventContract.Of(step.Event),
        [.. step.Changes.Select(change => new StateChangeContract(change.Path, change.Old.OrAbsent(), change.New.OrAbsent()))],
        step.Before.OrAbsent(),
        step.After.OrAbsent(),
        step.Fault);
}

/// <summary>A value of a state that an event changed, by its JSON pointer; an absent value is omitted, to tell it from null.</summary>
internal sealed record StateChangeContract(string Path, JsonElement? Old = null, JsonElement? New = null);

/// <summary>A projection over a part of a stream, event by event.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Projection">The projection.</param>
/// <param name="Steps">The steps.</param>
/// <param name="Next">Where the next part begins, as 'from'.</param>
/// <param name="IsLast">Whether this part ends with the stream, or at the 'to' that was asked for.</param>
internal sealed record ProjectionStepPageContract(string Stream, string Projection, IReadOnlyList<ProjectionStepContract> Steps, long Next, bool IsLast);

/// <summary>A <see cref="ProjectionStepPageContract"/> whose steps are written as they are read.</summary>
internal sealed record ProjectionStepStreamContract(string Stream, string Projection, IAsyncEnumerable<ProjectionStepContract> Steps, long Next, bool IsLast);
