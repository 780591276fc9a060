using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Ledger.Seal.Entries;

/// <summary>An event as COPY has its row: the columns of <see cref="EventColumns"/>, in the order of an entry, which is hashed from their bytes.</summary>
internal readonly ref struct RawEvent
{
    /// <summary>How many columns the row has.</summary>
    public const int Columns = 13;

    private const int Data = 10;
    private const int Binary = 11;
    private const int Headers = 12;

    private readonly ReadOnlySpan<byte> _row;
    private readonly Places _starts;
    private readonly Places _lengths;

    public RawEvent(ReadOnlySpan<byte> row)
    {
        _row = row;
        var at = 0;
        for (var i = 0; i < Columns; i++)
        {
            _lengths[i] = BinaryPrimitives.ReadInt32BigEndian(row[at..]);
            _starts[i] = at + 4;
            at += 4 + Math.Max(_lengths[i], 0);
        }
    }

    public long Sequence => Number(0);

    public string? Stream => Text(2);

    /// <summary>Whether the event is the first of a branch, whose entry also names the prefix.</summary>
    public bool IsFork => Field(4).SequenceEqual("branch.created"u8) && Field(2).StartsWith("branch:"u8);

    /// <summary>The sequence of a row.</summary>
    public static long SequenceOf(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt64BigEndian(row[4..]);

    /// <summary>The hash of the leaf and the checksums, of an event that is not a fork, where both salts are there.</summary>
    public void Hash(ReadOnlySpan<byte> dataSalt, ReadOnlySpan<byte> headersSalt, Span<byte> hash, Span<byte> sums)
    {
        Span<byte> commitments = stackalloc byte[3 * MerkleTree.HashSize];
        var data = commitments[..MerkleTree.HashSize];
        var binary = IsNull(Binary) ? [] : commitments.Slice(MerkleTree.HashSize, MerkleTree.HashSize);
        var headers = IsNull(Headers) ? [] : commitments[(2 * MerkleTree.HashSize)..];
        Commitment.Of(dataSalt, Commitment.Data, Json(Data), data);
        if (!binary.IsEmpty)
        {
            Commitment.Of(dataSalt, Commitment.BinaryData, Field(Binary), binary);
        }

        if (!headers.IsEmpty)
        {
            Commitment.Of(headersSalt, Commitment.Headers, Json(Headers), headers);
        }

        EntryWriter.HashLeaf(in this, data, binary, headers, hash);
        ColumnSums.Set(sums, 0, ColumnSums.OfNumber(Number(0)));
        ColumnSums.Set(sums, 1, ColumnSums.OfId(Id));
        ColumnSums.Set(sums, 2, SumOfText(2));
        ColumnSums.Set(sums, 3, ColumnSums.OfNumber(Number(3)));
        ColumnSums.Set(sums, 4, SumOfText(4));
        ColumnSums.Set(sums, 5, ColumnSums.OfNumber(Number(5)));
        for (var i = 6; i < Data; i++)
        {
            ColumnSums.Set(sums, i, SumOfText(i));
        }

        ColumnSums.Set(sums, Data, ColumnSums.OfBytes(data));
        ColumnSums.Set(sums, Binary, ColumnSums.OfBytes(binary));
        ColumnSums.Set(sums, Headers, ColumnSums.OfBytes(headers));
    }

    /// <summary>The event with values of its own.</summary>
    public EventColumns ToColumns() => new()
    {
        Sequence = Number(0),
        Id = Id,
        Stream = Text(2),
        Version = Number(3),
        Type = Text(4),
        Time = Number(5),
        Tenant = Text(6),
        ClrType = Text(7),
        CorrelationId = Text(8),
        CausationId = Text(9),
        Data = Json(Data).ToArray(),
        BinaryData = IsNull(Binary) ? null : Field(Binary).ToArray(),
        Headers = IsNull(Headers) ? null : Json(Headers).ToArray(),
    };

    public bool IsNull(int column) => _lengths[column] < 0;

    public ReadOnlySpan<byte> Field(int column) => IsNull(column) ? [] : _row.Slice(_starts[column], _lengths[column]);

    // A column that a forger has set to null, which the table does not allow, has a number that no event has.
    public long Number(int column) => IsNull(column) ? long.MinValue : BinaryPrimitives.ReadInt64BigEndian(Field(column));

    public Guid Id => IsNull(1) ? Guid.Empty : new Guid(Field(1), bigEndian: true);

    // The binary form of jsonb is a byte for its version, and the text.
    private ReadOnlySpan<byte> Json(int column) => IsNull(column) ? [] : Field(column)[1..];

    private string? Text(int column) => IsNull(column) ? null : Encoding.UTF8.GetString(Field(column));

    private uint SumOfText(int column) => IsNull(column) ? 0 : ColumnSums.OfText(Field(column));

    [InlineArray(Columns)]
    private struct Places
    {
        private int _first;
    }
}
