using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Ledger.Postgres.Log.Importing;

/// <summary>Rows in PostgreSQL's binary form, one after the other.</summary>
/// <remarks>The form: https://www.postgresql.org/docs/current/sql-copy.html, and for each type what its <c>recv</c> function takes.</remarks>
/// <param name="size">The bytes that are expected: each time that it grows, it leaves a smaller array to the pool.</param>
internal abstract class CopyBuffer(int size = CopyBuffer.Smallest)
{
    /// <summary>The size of one that few rows are expected of.</summary>
    public const int Smallest = 64 * 1024;

    private const byte JsonbVersion = 1;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(size);

    /// <summary>What stands before the first row: the signature, no flags, no extension.</summary>
    public static ReadOnlyMemory<byte> Header { get; } =
        new byte[] { (byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xff, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0 };

    /// <summary>The bytes after the last row.</summary>
    public static ReadOnlyMemory<byte> Trailer { get; } = new byte[] { 0xff, 0xff };

    /// <summary>How many bytes there are.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes from one place to another, or to the end.</summary>
    public ReadOnlyMemory<byte> Slice(int start, int? end) => _bytes.AsMemory(start, (end ?? Length) - start);

    /// <summary>Forgets the rows; the memory is used again.</summary>
    public void Clear() => Length = 0;

    /// <summary>Returns the memory to the pool.</summary>
    public void Release()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, Length) = ([], 0);
    }

    /// <summary>Begins a row.</summary>
    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Take(2), value);

    public void WriteInt64(long value)
    {
        WriteInt32(8);
        BinaryPrimitives.WriteInt64BigEndian(Take(8), value);
    }

    public void WriteBoolean(bool value)
    {
        WriteInt32(1);
        Take(1)[0] = value ? (byte)1 : (byte)0;
    }

    public void WriteUuid(Guid value)
    {
        WriteInt32(16);
        value.TryWriteBytes(Take(16), bigEndian: true, out _);
    }

    public void WriteText(string? text)
    {
        if (text is null)
        {
            WriteInt32(-1);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(text);
        WriteInt32(length);
        Encoding.UTF8.GetBytes(text, Take(length));
    }

    /// <summary>Writes JSON; nothing stands for SQL's null.</summary>
    public void WriteJson(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            WriteInt32(-1);
            return;
        }

        WriteInt32(json.Length + 1);
        Take(1)[0] = JsonbVersion;
        json.CopyTo(Take(json.Length));
    }

    /// <summary>Fills in a number that was written before.</summary>
    protected void Overwrite(int place, long value) => BinaryPrimitives.WriteInt64BigEndian(_bytes.AsSpan(place), value);

    private void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    private Span<byte> Take(int count)
    {
        if (Length + count > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + count, _bytes.Length * 2));
            _bytes.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        var taken = _bytes.AsSpan(Length, count);
        Length += count;
        return taken;
    }
}
