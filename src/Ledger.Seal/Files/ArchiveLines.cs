using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Ledger.Seal.Entries;

namespace Ledger.Seal.Files;

/// <summary>Reads the archives of retention as proofs.</summary>
internal static class ArchiveLines
{
    private const string Format = "ledger.retention/archive@v1";

    /// <summary>The text of a file, which may be compressed by gzip.</summary>
    public static async Task<Stream> OpenAsync(Stream file, CancellationToken cancellationToken)
    {
        if (!file.CanSeek)
        {
            return file;
        }

        var (start, magic) = (file.Position, new byte[2]);
        var read = await file.ReadAtLeastAsync(magic, 2, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        file.Position = start;
        return read == 2 && magic is [0x1F, 0x8B] ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : file;
    }

    public static bool IsHeader(string line) => line.StartsWith($"{{\"format\":\"{Format}\"", StringComparison.Ordinal);

    /// <summary>Whether a line ends the file after so many others.</summary>
    public static bool IsEnd(string line, long lines) => line == string.Create(CultureInfo.InvariantCulture, $$"""{"lines":{{lines}}}""");

    public static (string Stream, string Note, long First) ReadHeader(string line) => Reading(line, root => (
        root.GetProperty("stream").GetString()!,
        root.TryGetProperty("checkpoint", out var note)
            ? note.GetString()!
            : throw new SealFormatException("The archive has no proofs: the log was not sealed when it was written."),
        root.GetProperty("first").GetInt64()));

    /// <summary>An event with its leaf and proof; null for a line that is of another table.</summary>
    public static SealedEventJson? Read(string line) => Reading(line, root =>
    {
        if (root.TryGetProperty("row", out _))
        {
            return null;
        }

        if (!root.TryGetProperty("leaf", out var leaf) || !root.TryGetProperty("proof", out var proof))
        {
            throw new SealFormatException("it has no proof");
        }

        var row = root.GetProperty("event");
        var nulls = root.TryGetProperty("nulls", out var names) ? names.EnumerateArray().Select(n => n.GetString()).ToList() : [];
        var columns = new EventColumns
        {
            Sequence = row.GetProperty("seq_id").GetInt64(),
            Id = row.GetProperty("id").GetGuid(),
            Stream = Text(row, "stream_id"),
            Version = row.GetProperty("version").GetInt64(),
            Type = Text(row, "type"),
            Time = (row.GetProperty("timestamp").GetDateTimeOffset() - new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero)).Ticks / TimeSpan.TicksPerMicrosecond,
            Tenant = Text(row, "tenant_id"),
            ClrType = Text(row, "mt_dotnet_type"),
            CorrelationId = Text(row, "correlation_id"),
            CausationId = Text(row, "causation_id"),
            Data = Json(row, "data") ?? "null"u8.ToArray(),
            BinaryData = Bytes(row, "bdata"),
            Headers = nulls.Contains("headers") ? "null"u8.ToArray() : Json(row, "headers"),
        };
        var salts = new EntrySalts
        {
            Data = Bytes(leaf, "data_salt"),
            Headers = Bytes(leaf, "headers_salt"),
            ErasedData = Bytes(leaf, "data_commitment") ?? [],
            ErasedBinaryData = Bytes(leaf, "bdata_commitment") ?? [],
            ErasedHeaders = Bytes(leaf, "headers_commitment") ?? [],
        };
        return SealedEventJson.Of(leaf.GetProperty("leaf").GetInt64(), columns, salts) with { Proof = [.. proof.EnumerateArray().Select(hash => hash.GetBytesFromBase64())] };
    });

    private static T Reading<T>(string line, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SealFormatException($"it is not a line of an archive: {fault.Message}");
        }
    }

    private static string? Text(JsonElement row, string column) => row.GetProperty(column).GetString();

    // As PostgreSQL prints it, which is what is sealed.
    private static byte[]? Json(JsonElement row, string column) =>
        row.GetProperty(column) is { ValueKind: not JsonValueKind.Null } value ? Encoding.UTF8.GetBytes(value.GetRawText()) : null;

    private static byte[]? Bytes(JsonElement row, string column) =>
        row.TryGetProperty(column, out var value) && value.GetString() is { } text ? Convert.FromHexString(text.AsSpan(2)) : null;
}
