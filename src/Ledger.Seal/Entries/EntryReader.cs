using System.Buffers.Binary;
using System.Text;
using Ledger.Log;

namespace Ledger.Seal.Entries;

/// <summary>Reads entries of version 1. Only what <see cref="EntryWriter"/> writes is accepted, so that an event has one entry.</summary>
internal ref struct EntryReader(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    public static SealEntry Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new EntryReader(bytes);
        if (reader.Byte() != EntryWriter.Version)
        {
            throw new SealFormatException($"The entry has version {bytes[0]}, and this program reads version {EntryWriter.Version}. Use a newer one.");
        }

        // In the order of the bytes.
        var (sequence, id) = (reader.Number(), new Guid(reader.Take(16), bigEndian: true));
        var (stream, version, type, time) = (reader.Text(), reader.Number(), reader.Text(), reader.Number());
        var (tenant, clrType, correlation, causation) = (reader.Text(), reader.Text(), reader.Text(), reader.Text());
        var (data, binary, headers) = (reader.Commitment(), reader.Commitment(), reader.Commitment());
        var (fork, forkHash) = reader.Fork();
        var entry = new SealEntry
        {
            Sequence = sequence,
            Id = id,
            Stream = stream,
            Version = version,
            Type = type,
            Microseconds = time,
            Tenant = tenant,
            ClrType = clrType,
            CorrelationId = correlation,
            CausationId = causation,
            Data = data,
            BinaryData = binary,
            Headers = headers,
            Fork = fork,
            ForkHash = forkHash,
        };
        return reader._rest.IsEmpty ? entry : throw new SealFormatException("The entry has bytes after its end.");
    }

    private (SealFork? Fork, byte[] Hash) Fork() => Byte() switch
    {
        EntryWriter.Absent => (null, []),
        EntryWriter.Hashed => (null, Take(MerkleTree.HashSize).ToArray()),
        EntryWriter.Present => (new EntryReader(Take(Length())).Block(), []),
        _ => throw Broken(),
    };

    private SealFork Block()
    {
        var position = Number();
        var segments = new List<LineageSegment>();
        for (var left = BinaryPrimitives.ReadUInt32BigEndian(Take(4)); left > 0; left--)
        {
            var stream = Text() ?? throw Broken();
            segments.Add(new LineageSegment(stream, Number()));
        }

        return _rest.IsEmpty ? new SealFork(position, segments) : throw Broken();
    }

    private string? Text() => Byte() switch
    {
        EntryWriter.Absent => null,
        EntryWriter.Hashed => $"sha256:{Convert.ToHexStringLower(Take(MerkleTree.HashSize))}",
        EntryWriter.Present => Encoding.UTF8.GetString(Take(Length())),
        _ => throw Broken(),
    };

    private byte[] Commitment() => Byte() switch
    {
        EntryWriter.Absent => [],
        EntryWriter.Present => Take(MerkleTree.HashSize).ToArray(),
        _ => throw Broken(),
    };

    private int Length()
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(Take(4));
        return length <= SealEntry.LongestText ? (int)length : throw Broken();
    }

    private long Number() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_rest.Length < count)
        {
            throw new SealFormatException("The entry ends too early.");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static SealFormatException Broken() => new("The entry is not well-formed.");
}
