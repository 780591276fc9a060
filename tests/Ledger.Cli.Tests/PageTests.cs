using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests;

/// <summary>The commands of the pages: all of them are ones that exist, and those of two tutorials print what their page says.</summary>
public sealed partial class PageTests(CliDatabase database) : IClassFixture<CliDatabase>, IDisposable
{
    private static readonly string Docs = Path.Combine(SourceTree.Root, "docs");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-page-");

    public static TheoryData<string> PagesOfTheCommand => ["operations", "seal"];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Commands_OfEveryPage_AreWellFormed()
    {
        var root = Commands.Create();
        var lines = Directory.GetFiles(Docs, "*.md", SearchOption.AllDirectories).Append(Path.Combine(SourceTree.Root, "README.md"))
            .Where(page => !page.Contains("/api/", StringComparison.Ordinal))
            .SelectMany(page => Block().Matches(File.ReadAllText(page)).SelectMany(block => Joined().Replace(block.Groups["text"].Value, " ").Split('\n'))
                .Select(line => (Page: Path.GetFileName(page), Line: Line.Of(line))))
            .Where(found => found.Line is not null).ToList();

        lines.Count.ShouldBeGreaterThan(150);
        lines.Select(found => (found.Page, found.Line!.Text, Errors: root.Parse(found.Line.Arguments).Errors.Select(error => error.Message).ToList()))
            .Where(found => found.Errors.Count > 0).Select(found => $"{found.Page}: {found.Text}: {string.Join(' ', found.Errors)}").ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(PagesOfTheCommand))]
    public async Task Page_OfTheCommand_PrintsWhatItSays(string name)
    {
        var printed = "";
        foreach (Match block in Block().Matches(await File.ReadAllTextAsync(Path.Combine(Docs, "tutorials", $"{name}.md"))))
        {
            var text = block.Groups["text"].Value.TrimEnd('\n');
            if (block.Groups["kind"].Value == "text")
            {
                PatternOf(text).IsMatch(printed).ShouldBeTrue($"{name}: expected\n{text}\nbut was\n{printed}");
            }
            else
            {
                printed = "";
                foreach (var line in text.Split('\n').Where(line => !line.StartsWith("dotnet tool", StringComparison.Ordinal)))
                {
                    printed += await RunAsync(line);
                }
            }
        }
    }

    /// <summary>What pages show in SQL is answered: their statements are those of the schema.</summary>
    [Fact]
    public async Task Statements_OfPages_AreAnswered()
    {
        await database.StartAsync("first", 45);
        foreach (var command in new[] { "fork first@40 --id second", "task save t1 --prompt p --run first", "message save hello --task t1 --id m1", "call save c1 --task t1 --ability a:b --start m1" })
        {
            (await database.Cli.RunAsync(command.Split(' '))).ShouldSucceed();
        }

        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        foreach (var page in new[] { "worlds.md", "tasks.md" })
        {
            foreach (Match block in Sql().Matches(await File.ReadAllTextAsync(Path.Combine(Docs, page))))
            {
                foreach (Match statement in Statement().Matches(block.Groups["text"].Value))
                {
                    await using var command = source.CreateCommand(statement.Value);
                    await Should.NotThrowAsync(() => command.ExecuteNonQueryAsync(), $"{page}: {statement.Value}");
                }
            }
        }

        var questions = new[] { "sql.md", "sql-functions.md", "commands.md" }.SelectMany(page => Block().Matches(File.ReadAllText(Path.Combine(Docs, page))))
            .SelectMany(block => block.Groups["text"].Value.Split('\n')).Select(Line.Of).Where(line => line is { Arguments: ["query", not ['-', ..], ..] }).ToList();
        questions.Count.ShouldBeGreaterThan(6);
        foreach (var question in questions)
        {
            (await database.Cli.RunAsync(question!.Arguments)).ShouldSucceed();
        }
    }

    [Fact]
    public void Documents_OfPages_AreJson()
    {
        var documents = Directory.GetFiles(Docs, "*.md", SearchOption.AllDirectories).Where(page => !page.Contains("/api/", StringComparison.Ordinal))
            .SelectMany(page => Json().Matches(File.ReadAllText(page)).Select(block => block.Groups["text"].Value)).ToList();

        documents.Count.ShouldBeGreaterThan(10);
        documents.ShouldAllBe(document => JsonElement.Parse(document).ValueKind != JsonValueKind.Undefined);
    }

    private async Task<string> RunAsync(string text)
    {
        if (Line.Of(text) is not { } line)
        {
            return await ShellAsync(text, "");
        }

        // The folder of this process is that of all tests.
        var arguments = line.Arguments.Select(word => word.Replace("$LEDGER_POSTGRES", database.ConnectionString, StringComparison.Ordinal))
            .Select(word => PathLike().IsMatch(word) ? Path.Combine(_folder.FullName, word) : word).ToArray();
        var environment = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = _folder.FullName };
        var result = await (database.Cli with { Environment = environment }).RunAsync(arguments);
        if (line.Else is { } otherwise)
        {
            result.ExitCode.ShouldBe(1, text);
            return $"{result.Output}{otherwise}\n";
        }

        result.ExitCode.ShouldBe(0, $"{text}: {result.Error}");
        if (line.File is { } file)
        {
            await File.WriteAllTextAsync(file == "/dev/null" ? file : Path.Combine(_folder.FullName, file), result.Output);
            return "";
        }

        return line.Pipe is { } pipe ? await ShellAsync(pipe, result.Output) : result.Output;
    }

    private async Task<string> ShellAsync(string text, string input)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", text]) { WorkingDirectory = _folder.FullName, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, text);
        return output;
    }

    // As on the pages: … is anything in a line, and a line of it alone any lines.
    private static Regex PatternOf(string text) => new(
        $@"\A{string.Concat(text.Split('\n').Select(line => line == "…" ? @"(?:[^\n]*\n)*?" : $"{Regex.Escape(line).Replace("…", @"[^\n]*", StringComparison.Ordinal)}\n"))}\z");

    [GeneratedRegex("^```(?<kind>sh|text)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^```sql\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Sql();

    [GeneratedRegex("^```json\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Json();

    // A statement ends at the end of a line, but for a comment.
    [GeneratedRegex(@"\S.*?;(?=\s*(?:--[^\n]*)?\n)", RegexOptions.Singleline)]
    private static partial Regex Statement();

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Joined();

    [GeneratedRegex(@"^[\w-]+\.(?:key|pub|checkpoint|bundle)$")]
    private static partial Regex PathLike();

    /// <summary>A line that calls the command, and what a shell does with its output.</summary>
    private sealed partial record Line(string Text, string[] Arguments, string? File, string? Pipe, string? Else)
    {
        public static Line? Of(string text) => Call().Match(text) is { Success: true } call
            ? new Line(
                text.Trim(),
                [.. Word().Matches(call.Groups["words"].Value).Select(word => word.Value.Trim('\'', '"').Replace("\\\"", "\"", StringComparison.Ordinal))],
                Given(call, "file"), Given(call, "pipe"), Given(call, "else"))
            : null;

        private static string? Given(Match call, string group) => call.Groups[group] is { Success: true, Value: var value } ? value.Trim() : null;

        [GeneratedRegex("""
            ^\s*(?:\$\s+)?(?:artifacts/)?ledger\s+(?<words>(?:'[^']*'|"(?:\\.|[^"\\])*"|[^\s|><#;&'"]+|\s+(?![|><#;&]))+)\s*
            (?:[><]\s*(?<file>\S+)\s*|\|\|\s*echo\s+(?<else>\w+)|\|(?<pipe>[^|].*)|;.*|&&.*|&\s*)?(?:\#.*)?$
            """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
        private static partial Regex Call();

        [GeneratedRegex("""(?:'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"]+)""")]
        private static partial Regex Word();
    }
}
