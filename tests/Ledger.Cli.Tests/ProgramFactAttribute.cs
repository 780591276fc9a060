using Xunit;

namespace Ledger.Cli.Tests;

/// <summary>A test that needs another program; without it the test is reported as not run.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(string program)
    {
        Program = program;
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))))
        {
            Skip = $"There is no '{program}'.";
        }
    }

    /// <summary>The program's name.</summary>
    public string Program { get; }
}
