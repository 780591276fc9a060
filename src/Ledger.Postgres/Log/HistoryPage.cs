using Ledger.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log;

/// <summary>The slices of streams that a page of a history is made of, and the check that none of their events is missing.</summary>
internal sealed class HistoryPage
{
    private readonly History _history;
    private readonly long _from;
    private readonly bool _keepsPositions;
    private readonly List<StreamName> _streams = [];
    private readonly List<long> _first = [];
    private readonly List<long> _last = [];

    public HistoryPage(History history, long from, long count, bool keepsPositions)
    {
        _history = history;
        _from = from;
        _keepsPositions = keepsPositions;
        for (var position = from; position < from + count;)
        {
            var (stream, version) = history.Locate(new Position(position));
            var rest = from + count - position;
            var taken = stream == history.Stream
                ? rest
                : Math.Min(rest, history.Lineage.First(s => s.Stream == stream.Value).Taken - version.Value + 1);
            _streams.Add(stream);
            _first.Add(version.Value);
            _last.Add(version.Value + taken - 1);
            position += taken;
        }
    }

    public void AddParameters(NpgsqlCommand command) => command
        .With(_streams.ConvertAll(s => s.Value), NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_first, NpgsqlDbType.Array | NpgsqlDbType.Bigint)
        .With(_last, NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    /// <summary>Reads the page, and passes on each event as it arrives.</summary>
    /// <returns>The content of the page; the last if nothing follows in the log.</returns>
    /// <exception cref="BrokenHistoryException">An event is missing.</exception>
    public async Task<PageRead> ReadAsync(
        NpgsqlDataReader reader,
        EventRow row,
        Action<RecordedEvent> add,
        CancellationToken cancellationToken)
    {
        var next = _from;
        var bytes = 0L;
        var slice = 0;
        var expected = _first[0];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (expected > _last[slice])
            {
                expected = _first[++slice];
            }

            if (reader.GetInt64(0) - 1 != slice || EventRow.VersionOf(reader).Value != expected)
            {
                throw Missing(slice, expected);
            }

            Position? position = _keepsPositions ? new Position(next) : null;
            var recorded = row.Read(reader, _streams[slice], position);
            add(recorded);
            bytes += recorded.Json.Length;
            expected++;
            next++;
            if (bytes >= PageSize.MaxBytes)
            {
                return new PageRead((int)(next - _from), bytes, next, IsLast: false);
            }
        }

        var isFull = slice == _streams.Count - 1 && expected > _last[slice];
        if (!isFull)
        {
            if (expected > _last[slice])
            {
                expected = _first[++slice];
            }

            if (_streams[slice] != _history.Stream)
            {
                throw Missing(slice, expected);
            }
        }

        return new PageRead((int)(next - _from), bytes, next, IsLast: !isFull);
    }

    private BrokenHistoryException Missing(int slice, long version) =>
        new(_history.Stream, _streams[slice], new StreamVersion(version));
}
