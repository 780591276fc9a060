namespace Ledger.Runs;

/// <summary>The state of one occurrence of a request in a history: its attempts and the first response.</summary>
/// <param name="Key">The request.</param>
/// <param name="Slot">Which occurrence: from 0.</param>
internal sealed record CallState(CallKey Key, int Slot)
{
    /// <summary>Where the first response is, or null.</summary>
    public Position? Response { get; set; }

    /// <summary>How many times a caller claimed the call, according to the own stream.</summary>
    public int Attempts { get; set; }

    /// <summary>The last of them while it has neither a response nor a failure.</summary>
    public OpenCall? Open { get; set; }

    /// <summary>Whether its last attempt failed, so that the next request of any origin is another attempt.</summary>
    public bool HasFailed { get; set; }
}
