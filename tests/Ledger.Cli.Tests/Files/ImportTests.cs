using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Files;

/// <summary>Recordings in, recordings out, and what is asked of them.</summary>
public sealed class ImportTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Import_FolderThenQuestions_IsAsApproved()
    {
        using var folder = new RecordingFolder();
        var story = new Transcript(database.Cli);
        await story.RunAsync("import", "kando", folder.FullName);
        await story.RunAsync("import", "kando", folder.FullName, "--json");
        await story.RunAsync("branches");
        await story.RunAsync("trace", "branch-2", "--run", "branch");
        await story.RunAsync("trace", "branch-2", "--run", "branch", "--json");
        await story.RunAsync("trace", "p1", "--run", "parent", "--down");
        await story.RunAsync("blame", "branch", "c1");
        await story.RunAsync("blame", "branch", "c1", "status");
        await story.RunAsync("blame", "branch", "c1", "by", "--json");
        await story.RunAsync("divergence", "parent", "branch");
        await story.RunAsync("divergence", "branch", "other", "--json");
        await story.RunAsync("divergence", "parent", "parent");
        await story.RunAsync("export", "parent");
        await story.RunAsync("export", "branch");

        Approved.Check("causality", story.ToString().Replace(folder.FullName, "<folder>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Import_BadInput_OneSentenceEach()
    {
        using var folder = new RecordingFolder();
        var story = new Transcript(database.Cli);
        folder.Write("broken.jsonl", "{\"id\": \"a\", \"type\": \"t\", \"data\": {}}", "{\"id\": \"b\", \"type\": é}", "{\"type\": \"t\", \"data\": {}}");
        folder.Write("orphan.jsonl", [.. RecordingFolder.Own("orphan", 2).Select(l => l.Replace("\"parent\"", "\"nowhere\"", StringComparison.Ordinal))]);
        folder.Write("bad.traj", "{\"trajectory\": [{}, {\"action\": \"ls");
        folder.Write("none.traj", "{}");
        folder.Cut("parent.jsonl", "cut.jsonl", 20);
        await story.RunAsync("import", "kando", folder["broken.jsonl"]);
        await story.RunAsync("import", "kando", folder["nix.jsonl"]);
        await story.RunAsync("import", "kando", folder["orphan.jsonl"]);
        await story.RunAsync("import", "kando", folder["cut.jsonl"]);
        await story.RunAsync("import", "kando", folder["cut.jsonl"], "--json");
        await story.RunAsync("import", "kando", folder["parent.jsonl"], "--id", "cut");
        await story.RunAsync("import", "kando", folder["another.jsonl"], folder["parent.jsonl"], "--id", "x");
        await story.RunAsync("import", "traj", folder["bad.traj"]);
        await story.RunAsync("import", "traj", folder["none.traj"]);
        await story.RunAsync("import", "traj", folder["nix.traj"]);
        Directory.CreateDirectory(folder["empty"]);
        await story.RunAsync("import", "traj", folder["empty"], "--id", "y");
        await story.RunAsync("trace", "nix");
        await story.RunAsync("trace", "nix", "--run", "cut");
        await story.RunAsync("trace", "00000000-0000-0000-0000-000000000001");
        await story.RunAsync("blame", "cut", "nix");
        await story.RunAsync("blame", "cut", "c1", "nix");
        await story.RunAsync("divergence", "cut", "nix");
        await story.RunAsync("export", "nix");

        Approved.Check("causality-bad-input", story.ToString().Replace(folder.FullName, "<folder>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Files_WithoutAnEnd_AreRefusedByTheirLength()
    {
        using var folder = new RecordingFolder();
        var endless = Path.Combine(folder.FullName, "endless.traj");
        File.CreateSymbolicLink(endless, "/dev/zero");
        var refusal = $"'{endless}' has more than 268,435,456 bytes, the most that is read at once. Nothing was written; split it.";

        (await database.Cli.RunAsync("import", "traj", endless)).ShouldBeRefused(
            1, $"In '{endless}', line 1: it has more than 268,435,456 bytes and is no ordinary file. Save it to one first. Nothing was written.");
        (await database.Cli.RunAsync("chrono", "upsert", "p", "--file", endless)).ShouldBeRefused(1, refusal);
    }

    [Fact]
    public async Task Import_Trajectories_FilesAndSubmissionTracedToTheTask()
    {
        var samples = Path.Combine(SourceTree.Root, "..", "shared", "data", "swe-agent");

        var story = new Transcript(database.Cli);
        await story.RunAsync("import", "traj", samples);
        await story.RunAsync("import", samples);
        Approved.Check("import-trajectories", story.ToString().Replace(samples, "<samples>", StringComparison.Ordinal));
        var trace = await database.Cli.JsonAsync("trace", "submission", "--run", "simple");
        trace.GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("id").GetString()).Last().ShouldBe("task");
        trace.GetProperty("entries").GetArrayLength().ShouldBe(18);
    }

    [Fact]
    public async Task Export_ImportedUnderAnotherId_TheSameLines()
    {
        await database.StartAsync("source", 3);
        var lines = (await database.Cli.RunAsync("export", "source")).ShouldSucceed();

        (await (database.Cli with { Input = lines }).RunAsync("import", "kando", "-", "--id", "target")).ShouldSucceed();

        (await database.Cli.RunAsync("export", "target")).ShouldSucceed().ShouldBe(lines);
    }
}
