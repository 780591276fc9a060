using System.Globalization;
using System.Text;
using Ledger.Conformance;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests;

public sealed partial class ProcessTests
{
    // The most that the program may have of its heap, in hexadecimal: 256 MiB.
    private const string HeapLimit = "10000000";

    /// <summary>A file of any length is imported with the same memory: with more, the program would end.</summary>
    [Theory]
    [InlineData("codex", 8_000)]
    [InlineData("events", 2_000)]
    public async Task Import_LargeFile_NeedsLittleMemory(string format, int textLength)
    {
        var path = Path.Combine(Path.GetTempPath(), $"ledger-large-{Guid.NewGuid():N}.jsonl");
        try
        {
            var lines = await WriteSessionAsync(path, format, textLength, Scale.Of(4, 5_000) * 1_000_000L);
            using var process = Start(new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = HeapLimit }, "import", path, "--id", $"large-{format}", "--json");

            var result = await EndAsync(process, Scale.Of(1, 60));

            result.Error.ShouldBe("");
            var run = (await database.Cli.RunAsync("query", $"select count(*) as events from ledger.events where stream = 'run:large-{format}'", "--output", "csv")).ShouldSucceed();
            run.ShouldBe(string.Create(CultureInfo.InvariantCulture, $"events\n{lines}\n"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    // The length of the file is what matters: its texts are numbers, of which each is another one.
    private static async Task<long> WriteSessionAsync(string path, string format, int textLength, long bytes)
    {
        var random = new Random(5);
        var text = new StringBuilder();
        await using var file = new StreamWriter(path, Encoding.UTF8, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 1 << 20 });
        var (lines, written) = (0L, 0L);
        for (; written < bytes; lines++)
        {
            text.Clear();
            while (text.Length < textLength)
            {
                text.Append(random.Next(100_000)).Append(" kettles ");
            }

            var line = format == "codex"
                ? lines == 0
                    ? """{"timestamp":"2026-01-01T00:00:00Z","type":"session_meta","payload":{"id":"large","cwd":"/w"}}"""
                    : $$$"""{"timestamp":"2026-01-01T00:00:00Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"{{{text}}}"}]}}"""
                : $$$"""{"id":"e{{{lines}}}","type":"note","actor":"agent","data":{"text":"{{{text}}}"}}""";
            await file.WriteAsync(line);
            await file.WriteAsync('\n');
            written += line.Length + 1;
        }

        return lines;
    }
}
