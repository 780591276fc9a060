using Ledger.Log;

namespace Ledger.Wolverine.Messages;

/// <summary>Asks to start a run.</summary>
/// <remarks>A run that has events already is refused with <see cref="WrongExpectedVersionException"/>. Answered by <see cref="RunStarted"/>.</remarks>
/// <param name="RunId">The run's id.</param>
public sealed record StartRun(string RunId)
{
    /// <summary>The run's first events: default none.</summary>
    public IReadOnlyList<EventData> Events { get; init; } = [];
}

/// <summary>Asks to append events to a run, branch or other stream.</summary>
/// <remarks>Events that are already in the stream are not written again. Answered by <see cref="EventsAppended"/>.</remarks>
/// <param name="RunId">With a colon the name of a stream, otherwise the id of a run.</param>
/// <param name="Events">The events.</param>
public sealed record AppendEvents(string RunId, IReadOnlyList<EventData> Events)
{
    /// <summary>The length that the history must have: default null, any.</summary>
    public long? ExpectedLength { get; init; }

    /// <summary>Asks to append event records.</summary>
    /// <param name="runId">With a colon the name of a stream, otherwise the id of a run.</param>
    /// <param name="events">The events: each an event record, or a <see cref="NewEvent"/>.</param>
    /// <param name="registry">The event types; null for the built-in ones alone.</param>
    /// <exception cref="InvalidEventException">One is of no registered type, or cannot be stored.</exception>
    public static AppendEvents Of(string runId, IEnumerable<object> events, EventRegistry? registry = null) =>
        new(runId, [.. events.Select(happened => EventData.Of(happened, registry))]);
}

/// <summary>Asks to fork a run or branch.</summary>
/// <remarks>If the branch already exists, the answer is repeated. Answered by <see cref="RunForked"/>.</remarks>
/// <param name="RunId">The parent: with a colon the name of a stream, otherwise the id of a run.</param>
/// <param name="At">How many of its events the branch shares.</param>
/// <param name="BranchId">The branch's id.</param>
public sealed record ForkRun(string RunId, long At, string BranchId)
{
    /// <summary>A label for people: default none.</summary>
    public string? Name { get; init; }
}

/// <summary>Asks to save a snapshot of the world at the end of a run or branch. Answered by <see cref="SnapshotSaved"/>.</summary>
/// <param name="RunId">With a colon the name of a stream, otherwise the id of a run.</param>
public sealed record SaveSnapshot(string RunId);

/// <summary>Asks to rebuild a projection. Answered by <see cref="ProjectionRebuilt"/>.</summary>
/// <remarks>It may take up to a day; after that the message fails.</remarks>
/// <param name="Projection">One of Marten's by its name, one of the options, or one of Ledger's own, such as <c>ledger:world</c>.</param>
public sealed record RebuildProjection(string Projection);

/// <summary>Reports that a run was started.</summary>
/// <param name="RunId">The run's id.</param>
/// <param name="Length">How many events it has.</param>
public sealed record RunStarted(string RunId, long Length);

/// <summary>Reports that events were appended, by this message or an earlier delivery of it.</summary>
/// <param name="Stream">The name of the stream.</param>
/// <param name="Length">The length of the history after them.</param>
/// <param name="EventIds">Their ids.</param>
public sealed record EventsAppended(string Stream, long Length, IReadOnlyList<Guid> EventIds);

/// <summary>Reports that a branch was created.</summary>
/// <param name="Branch">The name of the branch's stream.</param>
/// <param name="Parent">The name of the parent's stream.</param>
/// <param name="At">How many events they share.</param>
public sealed record RunForked(string Branch, string Parent, long At);

/// <summary>Reports that a snapshot of a world was saved.</summary>
/// <param name="Stream">The name of the stream.</param>
/// <param name="Length">After how many events.</param>
public sealed record SnapshotSaved(string Stream, long Length);

/// <summary>Reports that a projection was rebuilt.</summary>
/// <param name="Projection">Its name.</param>
/// <param name="Duration">How long it took.</param>
public sealed record ProjectionRebuilt(string Projection, TimeSpan Duration);
