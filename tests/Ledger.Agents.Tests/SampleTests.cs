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
            crashed in a tool, after it had its effect
            resumed: yes, tomorrow; the model was called 2 times, the warehouse reserved 1 lamp
            branch:  no, it is sold out; the model was called 3 times, the warehouse reserved 1 lamp
            USD of the branch's history 0.00036, its own 0.00018, saved 0.00018
            order-7 /data/answer: yes, tomorrow -> no, it is sold out

            """);
    }
}
