namespace Ledger.Testing.Replays;

/// <summary>A call failed in the recording, and fails again.</summary>
/// <remarks>The original exception is not recorded; the message has its type and text.</remarks>
public sealed class RecordedFailureException : Exception
{
    internal RecordedFailureException(string kind, string? reason)
        : base($"The call of kind '{kind}' failed in the recording{(reason is null ? "." : $": {reason}")}")
    {
        Kind = kind;
        Reason = reason;
    }

    /// <summary>What was called.</summary>
    public string Kind { get; }

    /// <summary>The type and message of the original exception; null if it was not recorded.</summary>
    public string? Reason { get; }
}
