using Ledger.Cli.Output;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Output;

public sealed class ProgressBarTests
{
    [Fact]
    public async Task Terminal_WorkThatTakesAWhile_ShowsABar()
    {
        // Not disposed: the bar's own thread may still draw when the work has ended.
        var error = new WatchedStream();
        var bar = new ProgressBar(Io(new StreamWriter(error) { AutoFlush = true }, isTerminal: true));
        var shown = new TaskCompletionSource();

        var work = bar.RunAsync("Reading [run:a]", 10, async progress =>
        {
            progress.Report(5);
            await shown.Task;
            return 42;
        });
        await error.SeenAsync("Reading [run:a]");

        shown.SetResult();
        (await work).ShouldBe(42);
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "1")]
    public async Task NoTerminalOrNoColour_ShowsNothing(bool isTerminal, string? noColour)
    {
        using var error = new StringWriter();
        var bar = new ProgressBar(Io(error, isTerminal, noColour));

        await bar.RunAsync("Reading", async () =>
        {
            await Task.Yield();
        });

        error.ToString().ShouldBe("");
    }

    private static CommandIo Io(TextWriter error, bool isTerminal, string? noColour = null) => new()
    {
        Output = Stream.Null,
        Input = Stream.Null,
        Error = TextWriter.Synchronized(error),
        Environment = name => name == "NO_COLOR" ? noColour : null,
        TimeProvider = new ImmediateTimeProvider(),
        ErrorIsTerminal = isTerminal,
    };
}
