using System.Text;
using Ledger.Json;
using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Tests.Records;

/// <summary>A folder of many events, and what can be done to its lines.</summary>
internal static class SampleStore
{
    public static readonly DateTimeOffset Start = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    /// <summary>The lines of a log, each with its end.</summary>
    public static IReadOnlyList<byte[]> Lines(int count)
    {
        var writer = Write(count);
        var text = Encoding.UTF8.GetString(writer.Events.Span);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Encoding.UTF8.GetBytes(line + "\n"))];
    }

    public static ChronoFolderWriter Write(int count)
    {
        var writer = new ChronoFolderWriter(default, null);
        for (var i = 0; i < count; i++)
        {
            var at = Start.AddSeconds(i);
            if (i % 17 == 16)
            {
                writer.Delete($"R-{i / 2}", at);
            }
            else
            {
                writer.Upsert(RecordOf(i), at);
            }
        }

        return writer;
    }

    public static ChronoRecord RecordOf(int i) => new()
    {
        Id = $"R-{i % 300}",
        Kind = i % 3 == 0 ? "fact" : "requirement",
        Label = $"Says {i} – \"so\"",
        Confidence = (i % 100) / 100.0,
        Evidence = [$"note {i}"],
        ModelAssumptions = EventJson.ParseElement("""{"temperature": 0.7}"""u8.ToArray()),
        Data = EventJson.ParseElement(Encoding.UTF8.GetBytes($$"""{"i": {{i}}, "b": [1, 1.0, null]}""")),
    };

    public static ChronoFolder FolderOf(IEnumerable<byte[]> lines) => ChronoFolder.Read(lines.SelectMany(l => l).ToArray(), null);
}
