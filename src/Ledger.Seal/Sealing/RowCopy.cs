using System.Buffers;
using System.Buffers.Binary;
using Ledger.Postgres;
using Npgsql;

namespace Ledger.Seal.Sealing;

/// <summary>Reads rows by COPY in their binary form, so that no value of them becomes an object: a log of any length and payloads of any size take the same memory.</summary>
/// <remarks>https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4. COPY takes no parameters, so the numbers stand in the statement.</remarks>
internal static class RowCopy
{
    private const int PartBytes = 256 * 1024;
    private const int HeaderBytes = 19;

    /// <summary>Reads the rows of a statement, which uses indexes.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="options">How long an answer is waited for.</param>
    /// <param name="take">Takes rows, in their order, and disposes of them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task ReadAsync(
        NpgsqlConnection connection, string sql, PostgresOptions options, Func<RowPart, ValueTask> take, CancellationToken cancellationToken)
    {
        var stream = await connection.BeginRawBinaryCopyAsync(sql, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        stream.ReadTimeout = (int)options.CommandTimeout.TotalMilliseconds;
        var part = new RowPart(PartBytes);
        try
        {
            while (true)
            {
                if (part.IsFull)
                {
                    var full = part;
                    part = full.Next(PartBytes);
                    if (!ReferenceEquals(part, full))
                    {
                        await take(full).ConfigureAwait(false);
                    }
                }

                var read = await stream.ReadAsync(part.Room, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                part.Add(read);
            }

            var last = part;
            part = null;
            await take(last).ConfigureAwait(false);
        }
        finally
        {
            part?.Dispose();
        }
    }

    /// <summary>Rows that stand one after the other.</summary>
    internal sealed class RowPart : IDisposable
    {
        private readonly List<int> _rows = [];
        private byte[] _bytes;
        private int _length;
        private int _parsed;
        private bool _hasHeader;

        public RowPart(int room) => _bytes = ArrayPool<byte>.Shared.Rent(room);

        /// <summary>How many rows there are.</summary>
        public int Count => _rows.Count;

        /// <summary>How many bytes they have.</summary>
        public int Length => _parsed;

        public bool IsFull => _length == _bytes.Length;

        public Memory<byte> Room => _bytes.AsMemory(_length);

        /// <summary>The fields of a row: of each its length, or -1 for null, and its bytes.</summary>
        public ReadOnlySpan<byte> Row(int row) => _bytes.AsSpan(_rows[row], _length - _rows[row]);

        /// <summary>Finds the rows that have come to their end.</summary>
        public void Add(int read)
        {
            _length += read;
            if (!_hasHeader)
            {
                if (_length < HeaderBytes || _length < HeaderBytes + Number(HeaderBytes - 4))
                {
                    return;
                }

                (_hasHeader, _parsed) = (true, HeaderBytes + Number(HeaderBytes - 4));
            }

            while (_length - _parsed >= 2 && BinaryPrimitives.ReadInt16BigEndian(_bytes.AsSpan(_parsed)) is var fields and >= 0)
            {
                var at = (long)_parsed + 2;
                for (; fields > 0 && at + 4 <= _length; fields--)
                {
                    at += 4 + Math.Max(Number((int)at), 0);
                }

                if (fields > 0 || at > _length)
                {
                    return;
                }

                _rows.Add(_parsed + 2);
                _parsed = (int)at;
            }
        }

        /// <summary>Where reading goes on once this is full: another part, or this one with more room while it has no row.</summary>
        public RowPart Next(int room)
        {
            var rest = _bytes.AsSpan(_parsed, _length - _parsed);
            if (_rows.Count == 0)
            {
                var larger = ArrayPool<byte>.Shared.Rent(checked(2 * _bytes.Length));
                rest.CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_bytes);
                (_bytes, _length, _parsed) = (larger, rest.Length, 0);
                return this;
            }

            var next = new RowPart(Math.Max(room, 2 * rest.Length)) { _hasHeader = true, _length = rest.Length };
            rest.CopyTo(next._bytes);
            _length = _parsed;
            return next;
        }

        public void Dispose()
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }

        private int Number(int at) => BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(at));
    }
}
