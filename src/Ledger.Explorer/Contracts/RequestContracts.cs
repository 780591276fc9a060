using System.ComponentModel;
using System.Text.Json;

namespace Ledger.Explorer.Contracts;

/// <summary>The body of a request that starts a run.</summary>
internal sealed record StartRunRequest
{
    [Description("The run's id. Default: a new UUID.")]
    public string? Id { get; init; }
}

/// <summary>The body of a request that forks a run or branch.</summary>
internal sealed record ForkRequest
{
    [Description("The number of events that the branch shares.")]
    public required long At { get; init; }

    [Description("The branch's id. Default: a new UUID.")]
    public string? Id { get; init; }

    [Description("A label for people.")]
    public string? Name { get; init; }
}

/// <summary>The body of a request that gives a run another title.</summary>
internal sealed record RenameRequest
{
    [Description("The title, up to 500 characters; empty for the one that follows from its events.")]
    public required string Title { get; init; }
}

/// <summary>The body of a request that changes the labels of a run.</summary>
internal sealed record LabelRequest
{
    [Description("Labels to add, each of 1 to 100 characters.")]
    public IReadOnlyList<string>? Add { get; init; }

    [Description("Labels to remove.")]
    public IReadOnlyList<string>? Remove { get; init; }
}

/// <summary>The body of a request that appends events.</summary>
internal sealed record AppendRequest
{
    [Description("The events, in the form of event files.")]
    public required IReadOnlyList<NewEventRequest> Events { get; init; }

    [Description("The expected length of the history.")]
    public long? ExpectedLength { get; init; }
}

/// <summary>An event to append. The place of an event that was read before may be there too, and is ignored.</summary>
internal sealed record NewEventRequest
{
    [Description("The event's id in your system; sent again with the same id, it is written once. Default: a new UUID.")]
    public string? Id { get; init; }

    [Description("The type, such as object.created.")]
    public required string Type { get; init; }

    [Description("The system that it comes from.")]
    public string? Source { get; init; }

    [Description("Who or what caused it.")]
    public string? Actor { get; init; }

    [Description("The ids of its causes: a list, or one id.")]
    public JsonElement? Cause { get; init; }

    [Description("The time that it speaks of, ISO 8601. Default: the time of recording.")]
    public string? Timestamp { get; init; }

    [Description("The data: any JSON.")]
    public required JsonElement Data { get; init; }

    [Description("The call of a task that it belongs to.")]
    public string? CallId { get; init; }

    [Description("Ignored.")]
    public long? Position { get; init; }

    [Description("Ignored.")]
    public string? EventId { get; init; }

    [Description("Ignored.")]
    public string? RecordedAt { get; init; }

    [Description("Ignored.")]
    public string? Stream { get; init; }

    [Description("Ignored.")]
    public long? Version { get; init; }

    [Description("Ignored.")]
    public long? Sequence { get; init; }
}

/// <summary>The body of a request that drops a dead letter.</summary>
internal sealed record DropLetterRequest
{
    [Description("Why its event need not be applied.")]
    public required string Reason { get; init; }
}

/// <summary>The body of a request that has several dead letters applied again.</summary>
internal sealed record RetryLettersRequest
{
    [Description("The ids of the dead letters. Default: all.")]
    public IReadOnlyList<string>? Letters { get; init; }

    [Description("Only those of this projection or subscription.")]
    public string? Projection { get; init; }
}

/// <summary>The body of a request that drops several dead letters.</summary>
internal sealed record DropLettersRequest
{
    [Description("The ids of the dead letters; those that were applied or dropped meanwhile are passed over.")]
    public required IReadOnlyList<string> Letters { get; init; }

    [Description("Why their events need not be applied.")]
    public required string Reason { get; init; }
}

/// <summary>A body without members.</summary>
internal sealed record EmptyRequest;
