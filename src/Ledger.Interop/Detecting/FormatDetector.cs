using System.Text.Json;
using Ledger.Files;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Atif;
using Ledger.Interop.ClaudeCode;
using Ledger.Interop.CloudEvents;
using Ledger.Interop.Codex;
using Ledger.Interop.LangGraph;
using Ledger.Interop.MiniSweAgent;
using Ledger.Interop.OpenAI;
using Ledger.Interop.OpenTelemetry;
using Ledger.Interop.OpenHands;
using Ledger.Interop.Reading;
using Ledger.Interop.SweAgent;

namespace Ledger.Interop.Detecting;

/// <summary>Tells the format of a recording by its first entries.</summary>
internal static class FormatDetector
{
    // Files begin with different entries, such as a summary or a header.
    private const int Sample = 20;

    private static readonly FormatReader[] Readers =
    [
        new OtlpReader(), new AtifReader(), new ClaudeCodeReader(), new CodexReader(), new OpenHandsReader(), new SweAgentReader(), new MiniSweAgentReader(),
        new OpenAIResponsesReader(), new AnthropicReader(), new OpenAIChatReader(), new CloudEventsReader(),
        new LangfuseReader(), new PhoenixReader(), new LangGraphReader(),
    ];

    /// <summary>The reader of a format.</summary>
    /// <exception cref="EventFileException">The recording does not begin as the format does.</exception>
    public static FormatReader ReaderOf(RecordingSource source, RecordingFormat format)
    {
        var reader = Array.Find(Readers, r => r.Format == format)!;
        var sample = Take(source);
        if (IsFit(reader, sample))
        {
            return reader;
        }

        var other = Array.Find(Readers, r => IsFit(r, sample));
        throw new EventFileException(
            FirstMisfit(reader, sample),
            1,
            $"it is not {format.Title}, which is {reader.Shape}.{(other is null ? "" : $" It looks like {other.Format.Title} ({other.Format.Name}).")}");
    }

    /// <summary>The reader that fits a recording, or null for an event file.</summary>
    /// <exception cref="EventFileException">None does.</exception>
    public static FormatReader? Detect(RecordingSource source)
    {
        if (source.ReadLines().Take(1).Any(line => line.Utf8.Span.StartsWith("SQLite format 3"u8)))
        {
            throw new EventFileException(
                1, 1, $"it is a database of SQLite. Checkpoints of LangGraph are read from one by 'ledger import' and by {nameof(RecordingSource)}.{nameof(RecordingSource.OfLangGraphAsync)}.");
        }

        var sample = Take(source);
        if (Array.Find(Readers, reader => IsFit(reader, sample)) is { } fits)
        {
            return fits;
        }

        var first = sample.Lines.Count > 0 ? sample.Lines[0].Json : sample.Document;
        if (first.ValueKind == JsonValueKind.Array && first.GetArrayLength() > 0)
        {
            first = first[0];
        }

        if (first.ValueKind == JsonValueKind.Object)
        {
            List<string> names = [.. first.EnumerateObject().Select(RecordedJson.NameOf)];
            if (names.Contains("type") && names.TrueForAll(EventFileMembers.IsKnown))
            {
                return null;
            }

            if (EventFileMembers.ShapeOf(names) is { } shape && !Array.Exists(Readers, r => Fit(r, sample) > 0.5))
            {
                throw new EventFileException(1, 1, $"it looks like {shape}.{Known}");
            }
        }

        throw Misfit(Readers.MaxBy(reader => Fit(reader, sample))!, sample);
    }

    private static string Known => $" Known are {string.Join(", ", RecordingFormat.All.Select(f => f.Name))}, and event files.";

    private static bool IsFit(FormatReader reader, Head sample) => Fit(reader, sample) >= 1;

    private static double Fit(FormatReader reader, Head sample) => Math.Max(
        sample.Document.ValueKind == JsonValueKind.Undefined ? 0 : reader.FitOfDocument(sample.Document),
        sample.Lines.Count == 0 ? 0 : sample.Lines.Max(line => reader.FitOfLine(line.Json)));

    private static EventFileException Misfit(FormatReader reader, Head sample)
    {
        var fit = Fit(reader, sample);
        var closest = fit > 0 ? $"The closest format is {reader.Format.Name}: {reader.Shape}." : "It resembles no format.";
        return new EventFileException(FirstMisfit(reader, sample), 1, $"the entry is of no known format. {closest}{Known}");
    }

    private static long FirstMisfit(FormatReader reader, Head sample) =>
        sample.Lines.Where(line => reader.FitOfLine(line.Json) < 1).Select(line => line.Number).FirstOrDefault(1);

    // One document, or lines of which each is a value of its own; a single line can be both.
    private static Head Take(RecordingSource source)
    {
        var (lines, isWhole) = TakeLines(source);
        if (lines is [{ Json.ValueKind: JsonValueKind.Object }, ..] && !(isWhole && lines.Count == 1))
        {
            return new Head(default, lines);
        }

        if (isWhole && lines.Count == 1)
        {
            return new Head(lines[0].Json, lines);
        }

        return source.ReadLines().Any()
            ? new Head(source.ReadDocument(), [])
            : throw new EventFileException(1, null, "the file is empty.");
    }

    private static (List<JsonLine> Lines, bool IsWhole) TakeLines(RecordingSource source)
    {
        var lines = new List<JsonLine>();
        var isWhole = true;
        try
        {
            foreach (var line in source.ReadJsonLines((_, _) => isWhole = false))
            {
                lines.Add(line);
                if (lines.Count == Sample)
                {
                    break;
                }
            }
        }
        catch (EventFileException)
        {
            // The reader that takes the file reports it: as lines, or as one document.
            isWhole = false;
        }

        return (lines, isWhole);
    }

    private sealed record Head(JsonElement Document, IReadOnlyList<JsonLine> Lines);
}
