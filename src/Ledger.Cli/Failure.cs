namespace Ledger.Cli;

/// <summary>How a command that failed ends.</summary>
/// <param name="ExitCode">The exit code of the process.</param>
/// <param name="Message">The sentence for standard error, or null if there is nothing to report.</param>
/// <param name="Json">The same for <c>--json</c>, or null where that is the sentence too.</param>
internal readonly record struct Failure(int ExitCode, string? Message, string? Json = null);
