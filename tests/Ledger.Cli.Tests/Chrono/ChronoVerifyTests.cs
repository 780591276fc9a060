using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Chrono;

/// <summary>Folders are verified without a database.</summary>
public sealed class ChronoVerifyTests
{
    private static string Vectors => Path.Combine(AppContext.BaseDirectory, "Vectors", "chronomemory");

    [Fact]
    public async Task Verify_Folders_SaysWhatHoldsAndWhatDoesNot()
    {
        var story = new Transcript(new Cli());
        foreach (var name in (string[])["01-one-record", "08-changed-byte", "12-truncated-last-line", "19-changed-snapshot", "22-snapshot-ahead-of-log"])
        {
            await story.RunAsync("chrono", "verify", "--folder", Path.Combine(Vectors, name));
            await story.RunAsync("chrono", "verify", "--folder", Path.Combine(Vectors, name), "--json");
        }

        var cut = Path.Combine(Vectors, "13-tail-removed");
        await story.RunAsync("chrono", "verify", "--folder", cut);
        await story.RunAsync("chrono", "verify", "--folder", cut, "--expect", "6:ed1dd3a04d0d39fdfb28e7c3970e671eaa93c289fa79ca5740a27772f3e59c55");
        await story.RunAsync("chrono", "verify", "--folder", cut, "--expect", "4:df8f3fec38c587643ae1b92c70d174159925e067bcb5d645412a6f8fca8c73c6");
        await story.RunAsync("chrono", "verify", "--folder", cut, "--expect", "6");
        await story.RunAsync("chrono", "verify", "--folder", Vectors);
        await story.RunAsync("chrono", "verify");
        await story.RunAsync("chrono");

        Approved.Check("chrono-verify", story.ToString().Replace(Vectors, "vectors", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_FolderOfAProject_ReadsTheOneInside()
    {
        var project = Directory.CreateTempSubdirectory("ledger-chrono-");
        try
        {
            var inner = project.CreateSubdirectory(".chronomemory");
            (await new Cli().JsonAsync("chrono", "verify", "--folder", project.FullName)).GetProperty("events").GetInt64().ShouldBe(0);
            File.Copy(Path.Combine(Vectors, "07-six-records-untouched", "events.wal"), Path.Combine(inner.FullName, "events.wal"));
            (await new Cli().JsonAsync("chrono", "verify", "--folder", project.FullName)).GetProperty("events").GetInt64().ShouldBe(6);
            (await new Cli().JsonAsync("chrono", "verify", "--folder", inner.FullName)).GetProperty("events").GetInt64().ShouldBe(6);
        }
        finally
        {
            project.Delete(recursive: true);
        }
    }
}
