using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
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

    /// <summary>The bytes that <see cref="Checksums"/> has.</summary>
    public const int ChecksumBytes = 2 * 13;

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

    /// <summary>The entry of the event.</summary>
    public SealEntry ToEntry(EntrySalts salts) => new()
    {
        Sequence = Sequence,
        Id = Id,
        Stream = Stream,
        Version = Version,
        Type = Type,
        Microseconds = unchecked(Time + 946_684_800_000_000),
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
        var sums = new byte[ChecksumBytes];
        WriteChecksums(entry, sums);
        return sums;
    }

    /// <summary>Writes <see cref="Checksums"/>.</summary>
    public void WriteChecksums(SealEntry entry, Span<byte> sums)
    {
        Span<byte> id = stackalloc byte[16];
        Id.TryWriteBytes(id);
        Set(sums, 0, OfNumber(Sequence));
        Set(sums, 1, OfBytes(id));
        Set(sums, 2, OfText(Stream));
        Set(sums, 3, OfNumber(Version));
        Set(sums, 4, OfText(Type));
        Set(sums, 5, OfNumber(Time));
        Set(sums, 6, OfText(Tenant));
        Set(sums, 7, OfText(ClrType));
        Set(sums, 8, OfText(CorrelationId));
        Set(sums, 9, OfText(CausationId));
        Set(sums, 10, OfBytes(entry.Data.Span));
        Set(sums, 11, OfBytes(entry.BinaryData.Span));
        Set(sums, 12, OfBytes(entry.Headers.Span));

        static void Set(Span<byte> sums, int column, uint sum) => BinaryPrimitives.WriteUInt16LittleEndian(sums[(2 * column)..], Fold(sum));
    }

    /// <summary>Whether the checksum of the id is one of these, which is far quicker to tell than whether the event is the sealed one.</summary>
    public bool HasIdOf(byte[] checksums)
    {
        Span<byte> id = stackalloc byte[16];
        Id.TryWriteBytes(id);
        return checksums.Length == ChecksumBytes && BinaryPrimitives.ReadUInt16LittleEndian(checksums.AsSpan(2)) == Fold(OfBytes(id));
    }

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

    private static ushort Fold(uint sum) => (ushort)(sum ^ (sum >> 16));

    private static uint OfNumber(long number) => BitOperations.Crc32C(uint.MaxValue, (ulong)number);

    private static uint OfText(string? text) => text is null ? 0 : ~OfBytes(MemoryMarshal.AsBytes(text.AsSpan()));

    private static uint OfBytes(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var one in bytes)
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return sum;
    }
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

    /// <summary>Whether payload and headers have their salts, or were erased in the one way that there is: their commitments have stayed.</summary>
    public bool IsWhole => (Headers is not null || ErasedHeaders.Length == MerkleTree.HashSize)
        && (Data is not null || (ErasedData.Length == MerkleTree.HashSize && ErasedBinaryData.Length is 0 or MerkleTree.HashSize));
}
