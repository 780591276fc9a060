using Ledger.Explorer.Projections;
using Ledger.Postgres.Projections.Daemon;

namespace Ledger.Explorer.Contracts;

/// <summary>The progress of an asynchronous projection or subscription.</summary>
/// <param name="Projection">The projection.</param>
/// <param name="Shard">The shard.</param>
/// <param name="State">running, paused, failed, inline for one that Marten runs in every append, or no_node if no node has it.</param>
/// <param name="Position">The sequence number of the last event that it has seen.</param>
/// <param name="Lag">The sequence numbers from there to the end of the log.</param>
/// <param name="LagSeconds">The age of the oldest event that it has not seen.</param>
/// <param name="DeadLetters">The number of events that it skipped.</param>
/// <param name="Kind">The kind; "marten" or "marten inline" for a projection of a Marten application.</param>
/// <param name="Owner">The node that runs it.</param>
/// <param name="Error">The last error.</param>
/// <param name="ErrorSequence">The event of the last error.</param>
/// <param name="ErrorAt">The time of the last error.</param>
internal sealed record ShardContract(
    string Projection,
    string Shard,
    string State,
    long Position,
    long Lag,
    double LagSeconds,
    long DeadLetters,
    string? Kind = null,
    string? Owner = null,
    string? Error = null,
    long? ErrorSequence = null,
    DateTimeOffset? ErrorAt = null)
{
    public static ShardContract Of(ShardStatus shard) => new(
        shard.Projection,
        shard.Name,
        StateOf(shard),
        shard.Position.Value,
        shard.Lag,
        shard.LagTime.TotalSeconds,
        shard.DeadLetters,
        shard.Kind,
        shard.Owner,
        shard.Error,
        shard.ErrorSequence?.Value,
        shard.ErrorAt);

    private static string StateOf(ShardStatus shard) => shard.State switch
    {
        ShardState.Paused => "paused",
        ShardState.Failed => "failed",
        _ when shard.IsInline => "inline",
        _ => shard.Owner is null ? "no_node" : "running",
    };
}

/// <summary>The asynchronous projections and subscriptions, and what can be rebuilt here.</summary>
internal sealed record ProjectionsContract(IReadOnlyList<ShardContract> Shards, IReadOnlyList<RebuildContract> Rebuilds)
{
    public static ProjectionsContract Of(IReadOnlyList<ShardStatus> shards, IEnumerable<Rebuild> rebuilds) =>
        new([.. shards.Select(ShardContract.Of)], [.. rebuilds.Select(RebuildContract.Of)]);
}

/// <summary>A projection that can be rebuilt, and how far its last rebuild came.</summary>
/// <param name="Projection">The projection.</param>
/// <param name="State">none, running, done or failed.</param>
/// <param name="Count">The number of events done.</param>
/// <param name="Total">The number of events to do.</param>
/// <param name="Seconds">How long it took, once it is done.</param>
/// <param name="Error">Why it failed.</param>
internal sealed record RebuildContract(
    string Projection, string State, long Count, long? Total = null, double? Seconds = null, string? Error = null)
{
    public static RebuildContract Of(Rebuild rebuild) =>
        new(rebuild.Projection, rebuild.State.ToString().ToLowerInvariant(), rebuild.Events, rebuild.Total, Error: rebuild.Fault);

    public static RebuildContract NotBegun(string projection) => new(projection, "none", 0);
}

/// <summary>The state that a projection was put into.</summary>
internal sealed record ProjectionStateContract(string Projection, string State);

/// <summary>An event that a projection failed to apply and skipped.</summary>
internal sealed record DeadLetterContract(
    Guid Id,
    string Projection,
    long Sequence,
    string Stream,
    DateTimeOffset RecordedAt,
    string ExceptionType,
    string Message,
    string? Type = null)
{
    public static DeadLetterContract Of(DeadLetter letter) => new(
        letter.Id,
        letter.Projection,
        letter.Sequence.Value,
        letter.Stream.Value,
        letter.RecordedAt,
        letter.ExceptionType,
        letter.Message,
        letter.Type);
}

/// <summary>A page of dead letters, in the order of the log.</summary>
/// <param name="DeadLetters">The dead letters.</param>
/// <param name="Next">What the next page has as 'after'; absent after the last page.</param>
internal sealed record DeadLetterPageContract(IReadOnlyList<DeadLetterContract> DeadLetters, string? Next = null);

/// <summary>How many dead letters were applied again.</summary>
/// <param name="ReplayedCount">Those that were applied.</param>
/// <param name="FailedCount">Those that could not be applied, and stay.</param>
/// <param name="LeftCount">Those that were not tried, because a request tries 100 of them or takes 20 seconds; send it again.</param>
/// <param name="Error">Why the last one that failed could not be applied.</param>
internal sealed record ReplayedLettersContract(int ReplayedCount, int FailedCount, int? LeftCount = null, string? Error = null);

/// <summary>How many dead letters were taken out of the list.</summary>
internal sealed record DroppedLettersContract(int DroppedCount);
