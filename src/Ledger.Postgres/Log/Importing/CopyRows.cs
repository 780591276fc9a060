using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Ledger.Log;

namespace Ledger.Postgres.Log.Importing;

/// <summary>Rows of <c>import_copy_events</c> in PostgreSQL's binary form, one after the other.</summary>
/// <remarks>
/// The form: https://www.postgresql.org/docs/current/sql-copy.html, and for each type what its <c>recv</c> function takes. Columns whose values are known last
/// come first and have a fixed size, so that they can be filled in later.
/// </remarks>
internal sealed class CopyRows
{
    private const short Columns = 13;
    private const int Number = 6;
    private const int Version = 18;
    private const int Time = 30;
    private const byte JsonbVersion = 1;
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(64 * 1024);

    /// <summary>What stands before the first row: the signature, no flags, no extension.</summary>
    public static ReadOnlyMemory<byte> Header { get; } =
        new byte[] { (byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xff, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0 };

    /// <summary>The bytes after the last row.</summary>
    public static ReadOnlyMemory<byte> Trailer { get; } = new byte[] { 0xff, 0xff };

    /// <summary>How many bytes there are.</summary>
    public int Length { get; private set; }

    /// <summary>Adds a row, and returns the place where its JSON begins.</summary>
    public int Add(StreamName stream, in AppendRequest.Item item)
    {
        var serialized = item.Serialized;
        WriteInt16(Columns);
        WriteInt64(0);
        WriteInt64(0);
        WriteInt64(0);
        WriteInt32(16);
        item.Id.TryWriteBytes(Take(16), bigEndian: true, out _);
        WriteText(stream.Value);
        WriteJson(serialized.Json.Span);
        var json = Length - serialized.Json.Length;
        WriteText(serialized.Type);
        WriteText("*DEFAULT*");
        WriteText(serialized.ClrType);
        WriteText(item.Event.CorrelationId);
        WriteText(item.CausationId);
        WriteJson(serialized.Headers.Span);
        WriteInt32(1);
        Take(1)[0] = 0;
        return json;
    }

    /// <summary>Fills in a row.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="number">The sequence number.</param>
    /// <param name="version">The version.</param>
    /// <param name="time">The time, in UTC.</param>
    public void Complete(int start, long number, long version, DateTime time)
    {
        BinaryPrimitives.WriteInt64BigEndian(_bytes.AsSpan(start + Number), number);
        BinaryPrimitives.WriteInt64BigEndian(_bytes.AsSpan(start + Version), version);
        BinaryPrimitives.WriteInt64BigEndian(_bytes.AsSpan(start + Time), (time - Epoch).Ticks / TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>The bytes from one place to another, or to the end.</summary>
    public ReadOnlyMemory<byte> Slice(int start, int? end) => _bytes.AsMemory(start, (end ?? Length) - start);

    public void Release()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, Length) = ([], 0);
    }

    private void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Take(2), value);

    private void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    private void WriteInt64(long value)
    {
        WriteInt32(8);
        BinaryPrimitives.WriteInt64BigEndian(Take(8), value);
    }

    private void WriteText(string? text)
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

    // Nothing stands for SQL's null.
    private void WriteJson(ReadOnlySpan<byte> json)
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
