using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Profiles;

public sealed class ProfileTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("ledger-profiles-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task Profiles_AreSetShownAndUsed()
    {
        var story = new Transcript(With());
        await story.RunAsync("profile", "list");
        await story.RunAsync("profile", "set", "work", "--connection", "postgresql://me:secret@db.example/ledger", "--default");
        await story.RunAsync("profile", "set", "work", "--schema", "app", "--retry-for", "5");
        await story.RunAsync("profile", "set", "home", "--connection", "Host=/tmp;Database=ledger", "--output", "csv", "--utc");
        await story.RunAsync("profile", "list");
        await story.RunAsync("profile", "list", "--output", "csv");
        await story.RunAsync("profile", "show");
        await story.RunAsync("profile", "show", "home", "--json");
        await story.RunAsync("profile", "set", "home", "--utc", "false", "--output", "");
        await story.RunAsync("profile", "show", "hme");
        await story.RunAsync("profile", "set", "work", "--schema", "");
        await story.RunAsync("profile", "set", "bad", "--connection", "Host=h;Prot=1");
        await story.RunAsync("migrate", "script", "--profile", "wrok");
        await story.RunAsync("profile", "remove", "work");
        await story.RunAsync("profile", "show");

        Approved.Check("profiles", story.ToString());
    }

    [Fact]
    public async Task Settings_OfTheNearestCount()
    {
        (await With().RunAsync("profile", "set", "usual", "--schema", "of_usual", "--default")).ShouldSucceed();
        (await With().RunAsync("profile", "set", "other", "--schema", "of_other")).ShouldSucceed();

        (await SchemaAsync(With())).ShouldBe("of_usual");
        (await SchemaAsync(With(("LEDGER_PROFILE", "other")))).ShouldBe("of_other");
        (await SchemaAsync(With(("LEDGER_PROFILE", "other"), ("LEDGER_SCHEMA", "of_variable")))).ShouldBe("of_variable");
        (await SchemaAsync(With(("LEDGER_SCHEMA", "of_variable")), "--profile", "other")).ShouldBe("of_other");
        (await SchemaAsync(With(("LEDGER_SCHEMA", "of_variable")), "--profile", "other", "--schema", "of_option")).ShouldBe("of_option");
    }

    [Fact]
    public async Task Schema_OfTheDefaultProfile_IsForItsServerAlone()
    {
        (await With().RunAsync("profile", "set", "usual", "--connection", "Host=a", "--schema", "of_usual", "--default")).ShouldSucceed();
        var other = ("LEDGER_POSTGRES", "Host=b");

        (await SchemaAsync(With())).ShouldBe("of_usual");
        (await SchemaAsync(With(other))).ShouldBe("");
        (await SchemaAsync(With(), "--connection", "Host=b")).ShouldBe("");
        (await SchemaAsync(With(other), "--profile", "usual")).ShouldBe("of_usual");
        (await SchemaAsync(With(other, ("LEDGER_PROFILE", "usual")))).ShouldBe("of_usual");
        (await SchemaAsync(With(other, ("LEDGER_SCHEMA", "of_variable")))).ShouldBe("of_variable");
    }

    [Fact]
    public async Task MissingProfile_OrMalformedFile_StopsNoCommandThatNeedsNone()
    {
        var work = With(("LEDGER_PROFILE", "work"), ("LEDGER_HOME", _home.FullName));
        (await work.RunAsync("run", "list")).ShouldBeRefused(2, "There is no profile 'work', which LEDGER_PROFILE names. 'ledger profile list' shows all.");
        (await work.RunAsync("profile", "list")).ShouldSucceed();
        (await work.RunAsync("profile", "show")).ShouldBeRefused(1, "There is no profile 'work'. 'ledger profile list' shows all.");
        (await work.RunAsync("profile", "set", "work", "--schema", "app")).ShouldSucceed();
        (await work.RunAsync("profile", "show")).ShouldSucceed().ShouldContain("app");

        await File.WriteAllTextAsync(Path.Combine(_home.FullName, "ledger", "config.json"), "{");
        (await work.RunAsync("completion", "bash")).ShouldSucceed();
        (await work.RunAsync("db", "path")).ShouldSucceed();
        (await work.RunAsync("profile", "list")).ExitCode.ShouldBe(2);

        await using var held = new FileStream(Path.Combine(_home.FullName, "ledger", "config.json"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var unreadable = await work.RunAsync("run", "list", "--json");
        (unreadable.ExitCode, unreadable.Error.Contains("\"code\":\"file\"", StringComparison.Ordinal)).ShouldBe((1, true), unreadable.Error);
    }

    [Fact]
    public async Task File_HasAPassword_AndOnlyItsOwnerReadsIt()
    {
        (await With().RunAsync("profile", "set", "work", "--connection", "Host=h;Password=secret;SSL Password=secret")).ShouldSucceed().ShouldNotContain("secret");

        var file = Path.Combine(_home.FullName, "ledger", "config.json");
        File.ReadAllText(file).ShouldContain("secret");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task File_Malformed_IsNamedWithItsLine()
    {
        var folder = _home.CreateSubdirectory("ledger").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), "{\n  \"profiles\": {\"work\": {\"conection\": \"Password=secret\"}}\n}");

        (await With().RunAsync("run", "list")).ShouldBeRefused(2, $"'{folder}/config.json' is not a file of profiles: see line 2, $.profiles.work.conection.");
    }

    // What a command prints that needs no server shows which schema it works with.
    private static async Task<string> SchemaAsync(Cli cli, params string[] args)
    {
        var script = (await cli.RunAsync(["migrate", "script", .. args])).ShouldSucceed();
        return new[] { "of_usual", "of_other", "of_variable", "of_option" }.SingleOrDefault(script.Contains, "");
    }

    private Cli With(params (string Name, string Value)[] variables) => new()
    {
        Environment = variables.Append(("XDG_CONFIG_HOME", _home.FullName)).ToDictionary(v => v.Item1, v => v.Item2),
    };
}
