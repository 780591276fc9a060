namespace Ledger.Runs;

/// <summary>What a history says of the calls of one request.</summary>
internal sealed record CallState
{
    /// <summary>Where the first response is, or null.</summary>
    public Position? Response { get; set; }

    /// <summary>How many times the own stream says that a caller took the call.</summary>
    public int Attempts { get; set; }

    /// <summary>The last of them while it has neither a response nor a failure.</summary>
    public OpenCall? Open { get; set; }

    /// <summary>A call that someone took and has not finished.</summary>
    /// <param name="RequestId">The event by which it was taken.</param>
    /// <param name="Owner">Who took it.</param>
    /// <param name="Since">When.</param>
    internal sealed record OpenCall(Guid RequestId, string? Owner, DateTimeOffset Since);
}
