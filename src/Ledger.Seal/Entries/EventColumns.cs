using System.Text.Json;
using Ledger.Log;

namespace Ledger.Seal.Entries;

/// <summary>An event as its row has it.</summary>
internal sealed record EventColumns
{
    /// <summary>The columns in the order of their checksums.</summary>
    public static readonly string[] Names =
    [
        "seq_id", "id", "stream_id", "version", "type", "timestamp", "tenant_id", "mt_dotnet_type", "correlation_id", "causation_id", "data", "bdata", "headers",
    ];

    public required long Sequence { get; init; }

    public required Guid Id { get; init; }

    public required string? Stream { get; init; }

    public required long Version { get; init; }

    public required string? Type { get; init; }

    /// <summary>Microseconds since 2000, as PostgreSQL stores it.</summary>
    public required long Time { get; init; }

    public string? Tenant { get; init; }

    public string? ClrType { get; init; }

    public string? CorrelationId { get; init; }

    public string? CausationId { get; init; }

    public required byte[] Data { get; init; }

    public byte[]? BinaryData { get; init; }

    public byte[]? Headers { get; init; }

    /// <summary>Whether the event is the first of a branch.</summary>
    public bool IsFork => IsForkName(Type, Stream);

    /// <summary>Whether the payload says nothing: all of its values are null, or texts without a letter or digit such as <c>****</c>.</summary>
    public bool IsBlank
    {
        get
        {
            try
            {
                using var data = JsonDocument.Parse(Data);
                return BinaryData is null or [] && IsBlankValue(data.RootElement);
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    /// <summary>The microseconds since 1970 of PostgreSQL's time, which may be <c>infinity</c>.</summary>
    public static long SinceUnix(long time) => unchecked(time + 946_684_800_000_000);

    /// <summary>The entry of the event.</summary>
    public SealEntry ToEntry(EntrySalts salts) => new()
    {
        Sequence = Sequence,
        Id = Id,
        Stream = Stream,
        Version = Version,
        Type = Type,
        Microseconds = SinceUnix(Time),
        Tenant = Tenant,
        ClrType = ClrType,
        CorrelationId = CorrelationId,
        CausationId = CausationId,
        Data = salts.Data is { } salt ? Commitment.Of(salt, Commitment.Data, Data) : salts.ErasedData,
        BinaryData = salts.Data is { } binary ? BinaryData is null ? default : (ReadOnlyMemory<byte>)Commitment.Of(binary, Commitment.BinaryData, BinaryData) : salts.ErasedBinaryData,
        Headers = salts.Headers is { } key && Headers is not null ? (ReadOnlyMemory<byte>)Commitment.Of(key, Commitment.Headers, Headers) : salts.ErasedHeaders,
        Fork = FindFork(Data, Type, Stream),
    };

    /// <summary>Two bytes for each column, by which an audit can name the one that has changed. They prove nothing.</summary>
    public byte[] Checksums(SealEntry entry)
    {
        var sums = new byte[ColumnSums.Bytes];
        WriteChecksums(entry, sums);
        return sums;
    }

    /// <summary>Writes <see cref="Checksums"/>.</summary>
    public void WriteChecksums(SealEntry entry, Span<byte> sums)
    {
        ColumnSums.Set(sums, 0, ColumnSums.OfNumber(Sequence));
        ColumnSums.Set(sums, 1, ColumnSums.OfId(Id));
        ColumnSums.Set(sums, 2, ColumnSums.OfText(Stream));
        ColumnSums.Set(sums, 3, ColumnSums.OfNumber(Version));
        ColumnSums.Set(sums, 4, ColumnSums.OfText(Type));
        ColumnSums.Set(sums, 5, ColumnSums.OfNumber(Time));
        ColumnSums.Set(sums, 6, ColumnSums.OfText(Tenant));
        ColumnSums.Set(sums, 7, ColumnSums.OfText(ClrType));
        ColumnSums.Set(sums, 8, ColumnSums.OfText(CorrelationId));
        ColumnSums.Set(sums, 9, ColumnSums.OfText(CausationId));
        ColumnSums.Set(sums, 10, ColumnSums.OfBytes(entry.Data.Span));
        ColumnSums.Set(sums, 11, ColumnSums.OfBytes(entry.BinaryData.Span));
        ColumnSums.Set(sums, 12, ColumnSums.OfBytes(entry.Headers.Span));
    }

    /// <summary>Whether the checksum of the id is one of these, which is far quicker to tell than whether the event is the sealed one.</summary>
    public bool HasIdOf(byte[] checksums) => checksums.Length == ColumnSums.Bytes && ColumnSums.Get(checksums, 1) == ColumnSums.Fold(ColumnSums.OfId(Id));

    /// <summary>The prefix that the first event of a branch names; null for any other event.</summary>
    public static SealFork? FindFork(byte[] json, string? type, string? stream)
    {
        if (!IsForkName(type, stream))
        {
            return null;
        }

        try
        {
            using var data = JsonDocument.Parse(json);
            var root = data.RootElement;
            return new SealFork(
                root.GetProperty("fork_position").GetInt64(),
                [.. root.GetProperty("lineage").EnumerateArray().Select(s => new LineageSegment(s.GetProperty("stream").GetString()!, s.GetProperty("taken").GetInt64()))]);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Another system's event of that name.
            return null;
        }
    }

    private static bool IsBlankValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.String => !value.GetString()!.Any(char.IsLetterOrDigit),
        JsonValueKind.Array => value.EnumerateArray().All(IsBlankValue),
        JsonValueKind.Object => value.EnumerateObject().All(member => IsBlankValue(member.Value)),
        _ => false,
    };

    private static bool IsForkName(string? type, string? stream) =>
        type == "branch.created" && stream is not null && stream.StartsWith("branch:", StringComparison.Ordinal);
}

/// <summary>The salts of an event; where one is gone, the commitment that it made.</summary>
internal sealed record EntrySalts
{
    public byte[]? Data { get; init; }

    public byte[]? Headers { get; init; }

    public byte[] ErasedData { get; init; } = [];

    public byte[] ErasedBinaryData { get; init; } = [];

    public byte[] ErasedHeaders { get; init; } = [];

    /// <summary>Whether a salt is gone.</summary>
    public bool IsErased => Data is null || Headers is null;

    /// <summary>The columns whose salt is gone.</summary>
    public ErasedColumns Erased => (Data is null ? ErasedColumns.Data : default)
        | (Data is null && ErasedBinaryData.Length > 0 ? ErasedColumns.BinaryData : default)
        | (Headers is null ? ErasedColumns.Headers : default);

    /// <summary>Whether payload and headers have their salts, or were erased in the one way that there is: their commitments have stayed.</summary>
    public bool IsWhole => (Headers is not null || ErasedHeaders.Length == MerkleTree.HashSize)
        && (Data is not null || (ErasedData.Length == MerkleTree.HashSize && ErasedBinaryData.Length is 0 or MerkleTree.HashSize));
}
