using Ledger.Explorer.Contracts;

namespace Ledger.Cli;

/// <summary>How a command that failed ends.</summary>
/// <param name="ExitCode">The exit code of the process.</param>
/// <param name="Message">The sentence for standard error, or null if there is nothing to report.</param>
/// <param name="Error">The same as JSON, or null likewise.</param>
internal readonly record struct Failure(int ExitCode, string? Message = null, ErrorContract? Error = null);
