namespace Ledger.Log;

/// <summary>An event was refused before it was sent, because it cannot be stored.</summary>
public sealed class InvalidEventException : Exception
{
    /// <summary>States which event, and why.</summary>
    /// <param name="type">The event's name in the log, or its .NET type where it has none.</param>
    /// <param name="reason">What is wrong and what to do, as the rest of a sentence.</param>
    /// <param name="innerException">What went wrong underneath, or null.</param>
    public InvalidEventException(string type, string reason, Exception? innerException = null)
        : base($"An event '{type}' cannot be stored: {reason} Nothing was written.", innerException)
    {
        Type = type;
        Reason = reason;
    }

    /// <summary>The event's name in the log, or its .NET type where it has none.</summary>
    public string Type { get; }

    /// <summary>What is wrong and what to do.</summary>
    public string Reason { get; }
}
