using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Explorer.Searching;
using Ledger.Log;

namespace Ledger.Explorer.Contracts;

/// <summary>An event: the members of event files, then its place in the log, which is ignored when it is appended again.</summary>
internal sealed record EventContract
{
    public required string Id { get; init; }

    public required string Type { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Source { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Actor { get; init; }

    public required IReadOnlyList<string> Cause { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    public required JsonElement Data { get; init; }

    /// <summary>How many bytes the data has, where a list of bounded size has null in its place.</summary>
    public long? DataOmitted { get; init; }

    /// <summary>The call of a task that it belongs to.</summary>
    public string? CallId { get; init; }

    /// <summary>Its place in the history through which it was read; null if it was read from the log.</summary>
    public long? Position { get; init; }

    public required Guid EventId { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    public required string Stream { get; init; }

    public required long Version { get; init; }

    public required long Sequence { get; init; }

    public static EventContract Of(RecordedEvent recorded)
    {
        var metadata = recorded.Metadata;
        return new EventContract
        {
            Id = metadata.ForeignId ?? recorded.Id.ToString(),
            Type = recorded.Type,
            Source = metadata.Source,
            Actor = metadata.Actor,
            Cause = [.. metadata.Causes.Select(cause => cause.ToString()), .. metadata.ForeignCauses],
            Timestamp = metadata.OccurredAt ?? recorded.Timestamp,
            Data = recorded.ToJsonElement(),
            CallId = metadata.CallId,
            Position = recorded.Position?.Value,
            EventId = recorded.Id,
            RecordedAt = recorded.Timestamp,
            Stream = recorded.Stream.Value,
            Version = recorded.Version.Value,
            Sequence = recorded.Sequence.Value,
        };
    }
}

/// <summary>A page of events.</summary>
internal sealed record EventPageContract(IReadOnlyList<EventContract> Events, long Next, bool IsLast);

/// <summary>Events of all streams that a search found, the last one first.</summary>
/// <param name="Events">The events.</param>
/// <param name="Examined">How many events were within reach of the search.</param>
/// <param name="IsCut">Whether only the 1,000 runs that were active last were searched, because more have this status, label or model.</param>
/// <param name="Behind">How many events at the end of the log are not known yet, so that runs of this status, label or model may be missing.</param>
/// <param name="Next">What the next page has as 'before'; absent after the last page.</param>
/// <param name="Unindexed">How many numbers at the end of the log the index of the search lacks, whose events were looked at one by one; absent where no index was used.</param>
internal sealed record FoundEventsContract(IReadOnlyList<EventContract> Events, long Examined, bool IsCut, long Behind, long? Next = null, long? Unindexed = null)
{
    public static FoundEventsContract Of(LogPage page, RunScope scope) =>
        new([.. page.Events.Select(EventContract.Of)], page.Examined, scope.IsCut, scope.Behind, page.Next?.Value, page.Unindexed);
}

/// <summary>Events of a run or branch.</summary>
internal sealed record EventsContract(IReadOnlyList<EventContract> Events);

/// <summary>Events that reached a run or branch: those of the positions from one to another that the client wants.</summary>
/// <param name="Stream">The run or branch.</param>
/// <param name="From">The first position, which is the length of the update before.</param>
/// <param name="Length">The position after the last one, at which a client that comes back goes on.</param>
/// <param name="Events">The events.</param>
internal sealed record LiveEventsContract(string Stream, long From, long Length, IReadOnlyList<EventContract> Events);

/// <summary>The rows that a page adds for events that reached its run or branch.</summary>
internal sealed record LiveRowsContract(long Length, long Count, string Html);
