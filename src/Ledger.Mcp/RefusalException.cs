using Ledger.Explorer.Failures;

namespace Ledger.Mcp;

/// <summary>The command was understood but is refused; the message is all that the user needs.</summary>
/// <param name="message">What happened, to which thing, and what to do.</param>
/// <param name="code">The kind of failure for programs.</param>
internal sealed class RefusalException(string message, string code = FailureCodes.Refused) : Exception(message)
{
    /// <summary>The kind of failure for programs, one of <see cref="FailureCodes"/>.</summary>
    public string Code { get; } = code;

    /// <summary>Facts in addition to the text, or null.</summary>
    public FailureFacts? Facts { get; init; }
}
