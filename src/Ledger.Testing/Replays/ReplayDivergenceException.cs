using System.Text.Json;

namespace Ledger.Testing.Replays;

/// <summary>An agent did something else than in the recording. The message has both sides and the first place where they differ.</summary>
public sealed class ReplayDivergenceException : Exception
{
    internal ReplayDivergenceException(string message, RecordedEvent? recorded, JsonElement? replayed)
        : base(message)
    {
        Recorded = recorded;
        Replayed = replayed;
    }

    /// <summary>The event of the recording; null where it has none.</summary>
    public RecordedEvent? Recorded { get; }

    /// <summary>What the agent asked or appended instead: the request, or the data of the event; null for nothing.</summary>
    public JsonElement? Replayed { get; }

    /// <summary>Where in the recording; null where it has no such event.</summary>
    public Position? Position => Recorded?.Position;
}
