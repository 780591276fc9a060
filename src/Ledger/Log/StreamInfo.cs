namespace Ledger.Log;

/// <summary>The log's record of a stream, without its events.</summary>
/// <param name="Name">The stream's name.</param>
/// <param name="Version">The number of its own events.</param>
/// <param name="CreatedAt">When the stream was created.</param>
/// <param name="UpdatedAt">When the last event was taken, or the stream created.</param>
/// <param name="State">Whether the stream takes further events.</param>
public sealed record StreamInfo(
    StreamName Name,
    StreamVersion Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    StreamState State);
