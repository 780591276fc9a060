using System.Text;
using Ledger.Interop.Reading;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests;

/// <summary>Each shape of a recording becomes the same events each time, and none of its texts is lost.</summary>
public sealed class SampleTests
{
    [Theory]
    [MemberData(nameof(SampleFile.Names), MemberType = typeof(SampleFile))]
    public void Read_Sample_IsAsApproved(string name)
    {
        var read = Recording.Read(SampleFile.Bytes(name));

        read.Format.ShouldBe(SampleFile.All.Single(s => s.Name == name).Format);
        read.Text().ShouldBeApproved(name);
    }

    [Theory]
    [MemberData(nameof(SampleFile.Names), MemberType = typeof(SampleFile))]
    public void Read_Sample_EveryTextIsInTheEvents(string name) => ShouldHoldEveryText(SampleFile.Bytes(name));

    [Theory]
    [MemberData(nameof(SampleFile.Names), MemberType = typeof(SampleFile))]
    public void Read_Sample_CausesComeBefore(string name)
    {
        foreach (var recording in Recording.Read(SampleFile.Bytes(name)).Recordings)
        {
            var known = new HashSet<string>();
            foreach (var item in recording.Read())
            {
                if (recording.Branch is null)
                {
                    item.Metadata.ForeignCauses.ShouldAllBe(cause => known.Contains(cause), item.Metadata.ForeignId);
                }

                known.Add(item.Metadata.ForeignId!).ShouldBeTrue();
            }
        }
    }

    [Theory]
    [MemberData(nameof(SampleFile.Names), MemberType = typeof(SampleFile))]
    public async Task Import_Again_WritesNothing(string name)
    {
        var read = Recording.Read(SampleFile.Bytes(name));
        var (ledger, first) = await read.ImportAsync();

        first.Sum(r => r.WrittenEvents).ShouldBe(read.Totals.Events);
        var second = await Recording.Read(SampleFile.Bytes(name)).ImportAsync(ledger);

        second.Sum(r => r.WrittenEvents).ShouldBe(0);
        var usage = await (await ledger.OpenAsync($"run:{read.Recordings[0].Id}")).GetUsageAsync();
        usage.Whole.Calls.ShouldBeGreaterThan(0);
    }

    [Theory]
    [MemberData(nameof(SampleFile.Names), MemberType = typeof(SampleFile))]
    public async Task Import_Sample_ItsRunsHaveTheCallsThatWereFound(string name)
    {
        var read = Recording.Read(SampleFile.Bytes(name));
        var (ledger, results) = await read.ImportAsync();

        var summaries = new List<Ledger.Runs.RunSummary>();
        foreach (var result in results)
        {
            summaries.Add((await (await ledger.OpenAsync(result.Stream)).GetSummaryAsync())!);
        }

        (summaries.Sum(run => run.ModelCalls), summaries.Sum(run => run.ToolCalls)).ShouldBe((read.Totals.ModelCalls, read.Totals.ToolCalls));
        var times = read.Recordings[0].Read().Where(item => item.Metadata.Source is not null).Select(item => item.Metadata.OccurredAt).OfType<DateTimeOffset>().ToList();
        if (times.Count > 0)
        {
            summaries[0].Duration.ShouldBe(times.Max() - times.Min());
        }
    }

    [Theory]
    [MemberData(nameof(SampleFile.Names), MemberType = typeof(SampleFile))]
    public async Task Import_CheckedFile_IsNeitherOpenNorInMemory(string name)
    {
        var path = Path.Combine(Path.GetTempPath(), $"ledger-sample-{Guid.NewGuid():N}");
        try
        {
            await File.WriteAllBytesAsync(path, SampleFile.Bytes(name));
            using var source = RecordingSource.OfFile(path);
            var read = Recordings.Read(source, "r");
            File.Delete(path);

            await Should.ThrowAsync<FileNotFoundException>(() => read.ImportAsync());

            await File.WriteAllBytesAsync(path, SampleFile.Bytes(name));
            (await read.ImportAsync()).Results.Sum(r => r.WrittenEvents).ShouldBe(read.Totals.Events);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Read_FileThatBecameShorter_SaysSo()
    {
        var path = Path.Combine(Path.GetTempPath(), $"ledger-sample-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllBytes(path, SampleFile.Bytes("openhands-evaluation.jsonl"));
            using var source = RecordingSource.OfFile(path);
            var read = Recordings.Read(source, "r");
            File.WriteAllText(path, "{}\n");

            Should.Throw<Files.EventFileException>(() => read.Recordings[1].Read().ToList())
                .Message.ShouldBe("Line 1: the file has become shorter while it was read. Import it again.");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [MemberData(nameof(SampleFile.Names), MemberType = typeof(SampleFile))]
    public void Read_OtherEncodingsAndLineEnds_TheSameEvents(string name)
    {
        var bytes = SampleFile.Bytes(name);
        var text = Encoding.UTF8.GetString(bytes);
        var expected = Recording.Read(bytes).Recordings.Select(r => r.Lines()).ToList();

        byte[][] others =
        [
            [.. "\uFEFF"u8, .. bytes],
            [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)],
            Encoding.Unicode.GetBytes(text),
            [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(text)],
            Encoding.UTF8.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal)),
            Encoding.UTF8.GetBytes(text.TrimEnd('\n')),
            Encoding.UTF8.GetBytes("\n" + text + "\n\n"),
        ];
        var isByLine = name is "codex.jsonl" or "claude-code.jsonl";
        foreach (var other in others[..(isByLine ? 6 : 7)])
        {
            Recording.Read(other).Recordings.Select(r => r.Lines()).ShouldBe(expected);
        }
    }

    /// <summary>The law that nothing is dropped: the texts of the file are in the events, but for the names that became the kind of an event.</summary>
    internal static void ShouldHoldEveryText(byte[] bytes)
    {
        var read = Recording.Read(bytes);
        var events = new HashSet<string>();
        var all = new StringBuilder();
        foreach (var recorded in read.Recordings.SelectMany(r => r.Read()))
        {
            var json = RecordedJson.Parsed(Encoding.UTF8.GetString(EventRegistry.Default.Write(recorded).Json.Span));
            events.UnionWith(Recording.Texts(json));
            all.Append(EventRegistry.Default.Write(recorded).Type).Append('\n');
            all.Append(string.Join('\n', Recording.Texts(json))).Append('\n');
            all.Append(recorded.Metadata.ForeignId).Append('\n').Append(recorded.Metadata.Actor).Append('\n');
        }

        var held = all.ToString();
        using var source = RecordingSource.OfBytes("a file", bytes);
        Func<System.Text.Json.JsonElement, IEnumerable<string>> textsOf = read.Format == RecordingFormat.Otlp ? TextsOfSpans : Recording.Texts;
        var texts = bytes[0] == '{' && read.Format != RecordingFormat.SweAgent && source.ReadLines().Count() > 1 && IsLines(source)
            ? source.ReadJsonLines().SelectMany(line => textsOf(line.Json)).ToList()
            : [.. textsOf(source.ReadDocument())];
        texts.Where(t => t.Length >= 25 && !t.StartsWith("gen_ai.content.", StringComparison.Ordinal) && !events.Contains(t) && !held.Contains(t, StringComparison.Ordinal) && !IsJson(t, held) && !IsWithPrompt(t, held)).ShouldBeEmpty();
    }

    // The keys of attributes are names of members.
    private static IEnumerable<string> TextsOfSpans(System.Text.Json.JsonElement json) => json.ValueKind switch
    {
        System.Text.Json.JsonValueKind.Object => json.EnumerateObject().Where(m => m.Name != "key").SelectMany(m => TextsOfSpans(m.Value)),
        System.Text.Json.JsonValueKind.Array => json.EnumerateArray().SelectMany(TextsOfSpans),
        _ => Recording.Texts(json),
    };

    private static bool IsLines(RecordingSource source)
    {
        try
        {
            return source.ReadJsonLines().First().Json.ValueKind == System.Text.Json.JsonValueKind.Object;
        }
        catch (Files.EventFileException)
        {
            return false;
        }
    }

    // The history of SWE-agent has the observations of its steps again, with what the state has too.
    private static bool IsWithPrompt(string text, string held) =>
        text.LastIndexOf("\n(Open file: ", StringComparison.Ordinal) is var end and >= 0 && held.Contains(text[..end].Trim(), StringComparison.Ordinal);

    // Arguments and states that tools write as JSON in text are read; times are times.
    private static bool IsJson(string text, string held) =>
        DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _)
        || (RecordedJson.Parsed(text) is { ValueKind: not System.Text.Json.JsonValueKind.String } json && Recording.Texts(json).All(t => t is "n/a" or "tool_call" or "tool_call_response" or "tool-call" or "tool-result" or "error-text" or "file" || held.Contains(t, StringComparison.Ordinal)));
}
