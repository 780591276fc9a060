using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ledger.Postgres.Retention;

/// <summary>The first line of an archive.</summary>
/// <param name="Run">The run of retention.</param>
/// <param name="Stream">The stream.</param>
/// <param name="First">The version of the first event in the file.</param>
/// <param name="Row">The row of the stream as JSON, as it was.</param>
/// <param name="Checkpoint">The checkpoint that the proofs lead to; null for an archive without proofs.</param>
internal sealed record ArchiveHeader(long Run, string Stream, long First, string Row, string? Checkpoint)
{
    public const string Format = "ledger.retention/archive@v1";

    public string ToLine()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("format", Format);
            writer.WriteNumber("retention", Run);
            writer.WriteString("stream", Stream);
            writer.WriteNumber("first", First);
            writer.WritePropertyName("row");
            writer.WriteRawValue(Row);
            if (Checkpoint is not null)
            {
                writer.WriteString("checkpoint", Checkpoint);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <exception cref="ArchiveException">The line is not from an archive.</exception>
    public static ArchiveHeader Parse(string? line)
    {
        try
        {
            using var document = JsonDocument.Parse(line ?? "");
            var root = document.RootElement;
            return root.GetProperty("format").GetString() is Format
                ? new ArchiveHeader(
                    root.GetProperty("retention").GetInt64(),
                    root.GetProperty("stream").GetString()!,
                    root.GetProperty("first").GetInt64(),
                    root.GetProperty("row").GetRawText(),
                    root.TryGetProperty("checkpoint", out var note) ? note.GetString() : null)
                : throw new ArchiveException($"The file has another format than '{Format}'. Nothing was restored.");
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ArchiveException($"The file does not begin as an archive of retention does, with the format '{Format}'. Nothing was restored.", fault);
        }
    }

    /// <summary>The last line of a file, by which it is known to be complete: how many are between it and the first.</summary>
    public static string End(long lines) => string.Create(CultureInfo.InvariantCulture, $$"""{"lines":{{lines}}}""");
}
