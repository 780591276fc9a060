using Shouldly;

namespace Ledger.Cli.Tests;

/// <summary>The outcome of a command: exit code, output, errors.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>The command was refused with this sentence on standard error, and nothing else.</summary>
    public void ShouldBeRefused(int exitCode, string sentence)
    {
        Error.ShouldBe($"ledger: {sentence}\n");
        ExitCode.ShouldBe(exitCode);
        Output.ShouldBe("");
    }

    public string ShouldSucceed()
    {
        Error.ShouldBe("");
        ExitCode.ShouldBe(0);
        return Output;
    }
}
