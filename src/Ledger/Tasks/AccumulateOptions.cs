namespace Ledger.Tasks;

/// <summary>How a streamed message is saved.</summary>
public sealed record AccumulateOptions
{
    /// <summary>The id of the message: default null, a new UUID.</summary>
    public string? MessageId { get; init; }

    /// <summary>What becomes of it when the stream is cancelled or fails: default <see cref="Interruption.Discard"/>.</summary>
    public Interruption Interruption { get; init; }

    /// <summary>Called with the message once it is saved. Default: null.</summary>
    public Action<Message>? Saved { get; init; }
}
