using Ledger.Cli.Files;
using Ledger.Conformance.Conventions;
using Ledger.Mcp;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Files;

/// <summary>Recordings of other tools: what is found, what is written, and what goes out again.</summary>
public sealed class InteropTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    private static readonly string Samples = Path.Combine(SourceTree.Root, "tests", "Ledger.Interop.Tests", "Samples");

    [Fact]
    public async Task Import_SessionsThenExport_IsAsApproved()
    {
        var story = new Transcript(database.Cli);
        var session = Path.Combine(Samples, "claude-code.jsonl");
        await story.RunAsync("import", session, "--dry-run");
        await story.RunAsync("import", session, "--dry-run", "--json");
        await story.RunAsync("import", session);
        await story.RunAsync("import", "claude-code", session);
        await story.RunAsync("import", "auto", Path.Combine(Samples, "mini-swe-agent.traj.json"), Path.Combine(Samples, "atif.json"), "--json");
        await story.RunAsync("branches", "claude-code");
        await story.RunAsync("export", "chat", "branch:claude-code-branch-2");
        await story.RunAsync("export", "atif", "atif");
        await story.RunAsync("export", "chat", "mini-swe-agent");
        await story.RunAsync("import", Path.Combine(Samples, "otlp.json"), Path.Combine(Samples, "cloudevents.jsonl"));
        await story.RunAsync("import", Path.Combine(Samples, "otlp.json"));
        await story.RunAsync("export", "otlp", "otlp");
        await story.RunAsync("export", "cloudevents", "cloudevents-3");

        Approved.Check("interop", Timeless(story));
    }

    [Fact]
    public async Task Import_UnknownOrWrong_OneSentenceEach()
    {
        using var folder = new RecordingFolder();
        folder.Write("unknown.json", "{\"a\": 1}");
        folder.Write("cut.json", "{\"schema_version\": \"ATIF-v1.4\", \"steps\": [{\"step_id\": 1}, {");
        var story = new Transcript(database.Cli);
        await story.RunAsync("import", folder["unknown.json"]);
        await story.RunAsync("import", "codex", folder["unknown.json"]);
        await story.RunAsync("import", folder["cut.json"]);
        await story.RunAsync("import", folder["none.json"]);
        await story.RunAsync("import", "codex");
        await story.RunAsync("export", "csv", "first");

        Approved.Check("interop-bad-input", story.ToString().Replace(folder.FullName, "<folder>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Import_TwoFilesOfOneRun_AreRefusedBeforeAnythingIsWritten()
    {
        using var folder = new RecordingFolder();
        Directory.CreateDirectory(folder["one"]);
        Directory.CreateDirectory(folder["two"]);
        var message = "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}";
        folder.Write("one/same-chat.json", message);
        folder.Write("two/same-chat.json", message);
        folder.Write("pair.jsonl", message, message);
        folder.Write("pair-2.json", message);
        var story = new Transcript(database.Cli);
        await story.RunAsync("import", folder["one/same-chat.json"], folder["two/same-chat.json"]);
        await story.RunAsync("import", folder["one/same-chat.json"], folder["two/same-chat.json"], "--dry-run");
        await story.RunAsync("import", folder["pair-2.json"], folder["pair.jsonl"]);
        await story.RunAsync("import", folder["pair.jsonl"], folder["pair.jsonl"]);
        await story.RunAsync("trace", "nix", "--run", "same-chat");

        Approved.Check("import-same-run", story.ToString().Replace(folder.FullName, "<folder>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Import_CheckedEventFile_IsNotOpen()
    {
        using var folder = new RecordingFolder();
        var io = new CommandIo { Output = Stream.Null, Error = TextWriter.Null, Input = Stream.Null, Environment = static _ => null };
        using var file = await RecordingFile.OfEventsAsync(folder["parent.jsonl"], null, io, CancellationToken.None);
        File.Move(folder["parent.jsonl"], folder["moved.jsonl"]);

        Should.Throw<RefusalException>(() => file.Recording.Read().Count()).Message.ShouldBe($"There is no file '{folder["parent.jsonl"]}'.");

        File.Move(folder["moved.jsonl"], folder["parent.jsonl"]);
        file.Recording.Read().Count().ShouldBe(3);
    }

    [Fact]
    public async Task Import_StandardInput_IsDetected()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Samples, "codex.jsonl"));

        (await (database.Cli with { Input = text }).RunAsync("import", "-", "--id", "piped")).ShouldSucceed().ShouldContain("run:piped : 8 events, 8 written");
        var lines = (await database.Cli.RunAsync("export", "piped")).ShouldSucceed();
        (await (database.Cli with { Input = lines }).RunAsync("import", "-", "--id", "again")).ShouldSucceed().ShouldContain("run:again : 8 events, 8 written");
    }

    private static string Timeless(Transcript story) => story.ToString().Replace(Samples, "<samples>", StringComparison.Ordinal);
}
