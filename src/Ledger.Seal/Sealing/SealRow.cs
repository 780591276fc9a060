using Ledger.Seal.Entries;
using Npgsql;

namespace Ledger.Seal.Sealing;

/// <summary>Reads the columns of events, and those of their leaves.</summary>
internal static class SealRow
{
    /// <summary>Where the columns of the leaf begin, after those of the event.</summary>
    public const int Leaf = 13;

    public static EventColumns Event(NpgsqlDataReader reader) => new()
    {
        Sequence = reader.GetInt64(0),
        Id = reader.GetGuid(1),
        Stream = Text(reader, 2),
        Version = reader.GetInt64(3),
        Type = Text(reader, 4),
        // As it is stored, because a forged time may be none that .NET has.
        Time = reader.GetFieldValue<long>(5),
        Tenant = Text(reader, 6),
        ClrType = Text(reader, 7),
        CorrelationId = Text(reader, 8),
        CausationId = Text(reader, 9),
        Data = reader.GetFieldValue<byte[]>(10),
        BinaryData = Bytes(reader, 11),
        Headers = Bytes(reader, 12),
    };

    /// <summary>The salts and commitments: four columns, the checksums after them, and the commitment to headers.</summary>
    public static EntrySalts Salts(NpgsqlDataReader reader, int first) => new()
    {
        Data = Bytes(reader, first),
        Headers = Bytes(reader, first + 1),
        ErasedData = Bytes(reader, first + 2) ?? [],
        ErasedBinaryData = Bytes(reader, first + 3) ?? [],
        ErasedHeaders = Bytes(reader, first + 5) ?? [],
    };

    /// <summary>The hash of an event as a leaf; that of no leaf for a forged row that has what no entry can hold.</summary>
    public static byte[] HashOf(EventColumns columns, EntrySalts salts)
    {
        try
        {
            return MerkleTree.HashLeaf(columns.ToEntry(salts).Encode());
        }
        catch (Exception fault) when (fault is SealFormatException or ArgumentException)
        {
            return MerkleTree.EmptyRoot;
        }
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static byte[]? Bytes(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);
}
