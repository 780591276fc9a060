using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Demo;

public sealed class DemoCommandTests
{
    [Theory]
    [InlineData(1, "ledger: There is no folder 'no/such/folder'. Name one that exists, or none for the current one.\n", "no/such/folder")]
    [InlineData(2, "ledger: '", "--id", "run:a\nb")]
    public async Task Run_BadArguments_IsRefusedBeforeAServerIsAsked(int exitCode, string error, params string[] arguments)
    {
        using var errors = new StringWriter { NewLine = "\n" };
        using var output = new MemoryStream();
        var io = new CommandIo { Output = output, Error = errors, Input = Stream.Null, Environment = _ => null };

        (await CommandLine.InvokeAsync(["demo", .. arguments], io, default)).ShouldBe(exitCode);

        errors.ToString().ShouldStartWith(error);
        output.Length.ShouldBe(0);
    }
}
