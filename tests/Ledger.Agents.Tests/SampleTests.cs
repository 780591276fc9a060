using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests;

public sealed class SampleTests
{
    [Fact]
    public async Task Agent_CrashesResumesAndForks()
    {
        using var run = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Agent.dll")]) { RedirectStandardOutput = true })!;
        var printed = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();

        printed.ShouldBe(
            """
            crashed in a tool
            resumed: yes, tomorrow; the model was called 2 times
            branch:  no, it is sold out; the model was called 3 times
            tokens of the branch's history 96, its own 48, saved 48
            order-7 /data/answer: yes, tomorrow -> no, it is sold out

            """);
    }
}
