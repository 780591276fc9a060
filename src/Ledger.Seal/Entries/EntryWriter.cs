using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Ledger.Seal.Entries;

/// <summary>Writes entries of version 1.</summary>
internal sealed class EntryWriter
{
    public const byte Version = 1;
    public const byte Absent = 0;
    public const byte Present = 1;
    public const byte Hashed = 2;

    private const int LongestKept = 64 * 1024;

    [ThreadStatic]
    private static EntryWriter? _kept;

    private byte[] _bytes = new byte[512];
    private int _length;

    public static byte[] Write(SealEntry entry)
    {
        var writer = new EntryWriter();
        writer.Entry(entry);
        return writer._bytes.AsSpan(0, writer._length).ToArray();
    }

    /// <summary>The hash of an entry as a leaf.</summary>
    public static byte[] HashLeaf(SealEntry entry)
    {
        var writer = _kept ??= new EntryWriter();
        writer._length = 0;
        writer.Take(1)[0] = MerkleTree.LeafPrefix;
        writer.Entry(entry);
        var hash = SHA256.HashData(writer._bytes.AsSpan(0, writer._length));
        _kept = writer._bytes.Length <= LongestKept ? writer : null;
        return hash;
    }

    /// <summary>The hash of an event as a leaf, from the bytes of its row.</summary>
    public static void HashLeaf(scoped in RawEvent raw, ReadOnlySpan<byte> data, ReadOnlySpan<byte> binary, ReadOnlySpan<byte> headers, Span<byte> hash)
    {
        var writer = _kept ??= new EntryWriter();
        writer._length = 0;
        writer.Take(1)[0] = MerkleTree.LeafPrefix;
        writer.Take(1)[0] = Version;
        writer.Number(raw.Number(0));
        raw.Id.TryWriteBytes(writer.Take(16), bigEndian: true, out _);
        writer.Text(in raw, 2);
        writer.Number(raw.Number(3));
        writer.Text(in raw, 4);
        writer.Number(EventColumns.SinceUnix(raw.Number(5)));
        for (var column = 6; column < 10; column++)
        {
            writer.Text(in raw, column);
        }

        writer.Commitment(data);
        writer.Commitment(binary);
        writer.Commitment(headers);
        writer.Take(1)[0] = Absent;
        SHA256.HashData(writer._bytes.AsSpan(0, writer._length), hash);
        _kept = writer._bytes.Length <= LongestKept ? writer : null;
    }

    private void Entry(SealEntry entry)
    {
        Take(1)[0] = Version;
        Number(entry.Sequence);
        entry.Id.TryWriteBytes(Take(16), bigEndian: true, out _);
        Text(entry.Stream);
        Number(entry.Version);
        Text(entry.Type);
        Number(entry.Microseconds);
        Text(entry.Tenant);
        Text(entry.ClrType);
        Text(entry.CorrelationId);
        Text(entry.CausationId);
        Commitment(entry.Data.Span);
        Commitment(entry.BinaryData.Span);
        Commitment(entry.Headers.Span);
        Fork(entry);
    }

    /// <summary>The SHA-256 of the block that names a prefix, which stands for it in an entry if it is long.</summary>
    public static byte[] HashFork(SealFork fork) => SHA256.HashData(Block(fork));

    private static byte[] Block(SealFork fork)
    {
        var writer = new EntryWriter();
        writer.Number(fork.Position);
        BinaryPrimitives.WriteUInt32BigEndian(writer.Take(4), (uint)fork.Segments.Count);
        foreach (var segment in fork.Segments)
        {
            writer.Text(segment.Stream);
            writer.Number(segment.Taken);
        }

        return writer._bytes.AsSpan(0, writer._length).ToArray();
    }

    private void Fork(SealEntry entry)
    {
        if (entry.Fork is { } fork)
        {
            Bytes(Block(fork));
            return;
        }

        Take(1)[0] = entry.ForkHash.IsEmpty ? Absent : Hashed;
        entry.ForkHash.Span.CopyTo(Take(entry.ForkHash.Length));
    }

    private void Text(string? text)
    {
        if (text is null)
        {
            Take(1)[0] = Absent;
            return;
        }

        var longest = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (longest <= SealEntry.LongestText)
        {
            Reserve(5 + longest);
            var length = Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length + 5));
            Take(1)[0] = Present;
            BinaryPrimitives.WriteUInt32BigEndian(Take(4), (uint)length);
            _length += length;
            return;
        }

        Bytes(Encoding.UTF8.GetBytes(text));
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > SealEntry.LongestText)
        {
            Take(1)[0] = Hashed;
            SHA256.HashData(bytes, Take(MerkleTree.HashSize));
            return;
        }

        Take(1)[0] = Present;
        BinaryPrimitives.WriteUInt32BigEndian(Take(4), (uint)bytes.Length);
        bytes.CopyTo(Take(bytes.Length));
    }

    private void Text(scoped in RawEvent raw, int column)
    {
        if (raw.IsNull(column))
        {
            Take(1)[0] = Absent;
            return;
        }

        Bytes(raw.Field(column));
    }

    private void Commitment(ReadOnlySpan<byte> commitment)
    {
        Take(1)[0] = commitment.IsEmpty ? Absent : Present;
        commitment.CopyTo(Take(commitment.Length));
    }

    private void Number(long number) => BinaryPrimitives.WriteInt64BigEndian(Take(8), number);

    private Span<byte> Take(int count)
    {
        Reserve(count);
        var taken = _bytes.AsSpan(_length, count);
        _length += count;
        return taken;
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        }
    }
}
