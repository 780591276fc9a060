using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Explorer;

/// <summary>The excerpts of the page on sessions are run by the programs that they are written for, against <c>ledger serve</c>.</summary>
public sealed partial class SessionExcerptTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    private const string Written = """
        [{"uuid": "1", "type": "user", "text": "Wann kocht Wasser? 🫖"}, {"uuid": "2", "parts": [1, null, 2.5]}, {"text": "without an id"}]
        """;

    private static readonly string Page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs/sessions.md"));

    [ProgramFact("python3")]
    public Task Python_AppendsOnceAndLoads() => RunAsync("python3", "excerpt.py", ExcerptOf("python") + $$""""
        entries = json.loads("""{{Written}}""")
        print(append("py/a", "s 1", entries[:2])["written"])
        print(append("py/a", "s 1", entries[1:])["written"])
        print(json.dumps(load("py/a", "s 1")))
        try:
            append("py/a", "s 1", [{"uuid": "1", "type": "other"}])
        except urllib.error.HTTPError as refused:
            print(json.load(refused)["detail"])
        try:
            load("py/a", "never")
        except urllib.error.HTTPError as missing:
            print(missing.code)
        """", ["2", "1"], "404");

    [ProgramFact("node")]
    public Task TypeScript_AppendsOnceAndLoads() => RunAsync("node", "excerpt.mjs", Erased(ExcerptOf("ts")) + $$"""
        const entries = JSON.parse(`{{Written}}`);
        await append("ts/a", "s 1", entries.slice(0, 2));
        await append("ts/a", "s 1", entries.slice(1));
        console.log(JSON.stringify(await load("ts/a", "s 1")));
        await append("ts/a", "s 1", [{ uuid: "1", type: "other" }]).catch((refused) => console.log(refused.message));
        console.log(await load("ts/a", "never"));
        """, [], "null");

    private async Task RunAsync(string program, string file, string script, string[] before, string missing)
    {
        using var output = new WatchedStream();
        using var stop = new CancellationTokenSource();
        var serving = (database.Cli with { Output = output }).RunAsync(["serve", "--port", "0", "--allow-writing"], stop.Token);
        var address = Address().Match(await output.TextAsync("Ctrl-C")).Value.TrimEnd('/');
        var folder = Directory.CreateTempSubdirectory("ledger-excerpt-").FullName;
        try
        {
            var path = Path.Combine(folder, file);
            await File.WriteAllTextAsync(path, script.Replace("http://127.0.0.1:5080", address, StringComparison.Ordinal));
            using var process = Process.Start(new ProcessStartInfo(program, [path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            var printed = (await process.StandardOutput.ReadToEndAsync(patience.Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            await process.WaitForExitAsync(patience.Token);

            (process.ExitCode, await error).ShouldBe((0, ""));
            printed.Length.ShouldBe(before.Length + 3);
            printed[..^3].ShouldBe(before);
            JsonElement.DeepEquals(JsonElement.Parse(printed[^3]), JsonElement.Parse(Written)).ShouldBeTrue(printed[^3]);
            printed[^2].ShouldContain("'1'");
            printed[^1].ShouldBe(missing);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            await stop.CancelAsync();
        }

        (await serving).ExitCode.ShouldBe(0);
    }

    private static string ExcerptOf(string language) =>
        CodeBlock().Matches(Page).Single(block => block.Groups["language"].Value == language).Groups["code"].Value;

    // A node that does not run TypeScript itself needs the types of the parameters taken out.
    private static string Erased(string typeScript) => TypeOfParameter().Replace(typeScript, "");

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@": (string|\{ uuid\?: string \}\[\])(?=[,)])")]
    private static partial Regex TypeOfParameter();

    [GeneratedRegex("http://[^ \n]+")]
    private static partial Regex Address();
}
