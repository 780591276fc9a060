using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Seal.Entries;

namespace Ledger.Seal.Files;

/// <summary>An event in a file: its entry, its place in the tree, and what opens its commitments.</summary>
internal sealed record SealedEventJson
{
    [JsonPropertyName("index")]
    public long Index { get; init; }

    /// <summary>The inclusion proof; null in the extra data of a proof that has its own.</summary>
    [JsonPropertyName("proof")]
    public IReadOnlyList<byte[]>? Proof { get; init; }

    [JsonPropertyName("entry")]
    public required byte[] Entry { get; init; }

    [JsonPropertyName("data")]
    public string? Data { get; init; }

    [JsonPropertyName("bdata")]
    public byte[]? BinaryData { get; init; }

    [JsonPropertyName("data_salt")]
    public byte[]? DataSalt { get; init; }

    [JsonPropertyName("headers")]
    public string? Headers { get; init; }

    [JsonPropertyName("headers_salt")]
    public byte[]? HeadersSalt { get; init; }

    /// <summary>The size of an earlier checkpoint, and the proof that the log extends it; in the extra data of a proof.</summary>
    [JsonPropertyName("since")]
    public long? Since { get; init; }

    [JsonPropertyName("consistency")]
    public IReadOnlyList<byte[]>? Consistency { get; init; }

    public static SealedEventJson Of(long index, EventColumns columns, EntrySalts salts) => new()
    {
        Index = index,
        Entry = columns.ToEntry(salts).Encode(),
        Data = salts.Data is null ? null : Encoding.UTF8.GetString(columns.Data),
        BinaryData = salts.Data is null ? null : columns.BinaryData,
        DataSalt = salts.Data,
        Headers = salts.Headers is null || columns.Headers is null ? null : Encoding.UTF8.GetString(columns.Headers),
        HeadersSalt = columns.Headers is null ? null : salts.Headers,
    };

    /// <summary>Opens the commitments.</summary>
    /// <exception cref="SealFormatException">Payload or headers do not fit them, or the entry is not one.</exception>
    public ProvedEvent Open()
    {
        var entry = SealEntry.Decode(Entry);
        Check("data", DataSalt, Commitment.Data, Data is null ? null : Encoding.UTF8.GetBytes(Data), entry.Data);
        Check("bdata", DataSalt, Commitment.BinaryData, BinaryData, entry.BinaryData);
        Check("headers", HeadersSalt, Commitment.Headers, Headers is null ? null : Encoding.UTF8.GetBytes(Headers), entry.Headers);
        return new ProvedEvent(Index, entry, Data, BinaryData is { } binary ? new ReadOnlyMemory<byte>(binary) : default(ReadOnlyMemory<byte>?), Headers);
    }

    // Content that is left out is reported as not shown: the commitment alone does not say whether it was erased.
    private static void Check(string column, byte[]? salt, ReadOnlySpan<byte> label, byte[]? content, ReadOnlyMemory<byte> commitment)
    {
        var fits = content is null || (salt is not null && Commitment.Of(salt, label, content).AsSpan().SequenceEqual(commitment.Span));
        if (!fits)
        {
            throw new SealFormatException($"the column '{column}' was changed: it does not fit the sealed commitment");
        }
    }
}

/// <summary>The first line of a bundle.</summary>
internal sealed record BundleJson
{
    public const string Version1 = "ledger.seal/bundle@v1";

    [JsonPropertyName("format")]
    public required string Format { get; init; }

    [JsonPropertyName("stream")]
    public string? Stream { get; init; }

    [JsonPropertyName("events")]
    public long Events { get; init; }

    [JsonPropertyName("checkpoint")]
    public required string Checkpoint { get; init; }

    [JsonPropertyName("since")]
    public long? Since { get; init; }

    [JsonPropertyName("consistency")]
    public IReadOnlyList<byte[]>? Consistency { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SealedEventJson))]
[JsonSerializable(typeof(BundleJson))]
internal sealed partial class SealFileContext : JsonSerializerContext
{
    /// <summary>Reads a line.</summary>
    /// <exception cref="SealFormatException">It is not what it should be.</exception>
    public static T Read<T>(ReadOnlySpan<byte> line, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw new SealFormatException("a line is empty");
        }
        catch (JsonException fault)
        {
            throw new SealFormatException($"a line is not as it should be: {fault.Message}");
        }
    }
}
