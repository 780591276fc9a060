namespace Ledger.Runs;

/// <summary>A call failed when it was made, and fails again for an agent that is run again: it was not made.</summary>
/// <remarks>The original exception is not recorded; its message is that of this one.</remarks>
public sealed class RecordedFailureException : Exception
{
    internal RecordedFailureException(string kind, string? reason)
        : base(MessageOf(reason) ?? $"The call of kind '{kind}' failed when it was recorded.")
    {
        Kind = kind;
        Reason = reason;
    }

    /// <summary>What was called.</summary>
    public string Kind { get; }

    /// <summary>The type and message of the original exception; null if it was not recorded.</summary>
    public string? Reason { get; }

    // What a model is told of a failure may contain the message.
    private static string? MessageOf(string? reason) => reason?.IndexOf(": ", StringComparison.Ordinal) is { } end and > 0 ? reason[(end + 2)..] : reason;
}
