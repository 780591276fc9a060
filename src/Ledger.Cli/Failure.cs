namespace Ledger.Cli;

/// <summary>How a command that failed ends.</summary>
/// <param name="ExitCode">What the process ends with.</param>
/// <param name="Message">The sentence for standard error, or null where there is nothing to say.</param>
internal readonly record struct Failure(int ExitCode, string? Message);
