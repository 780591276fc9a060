using Ledger.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The parameters of <c>append_v4</c>: any requests in columns, whose lists are used again for the next ones.</summary>
internal sealed class BatchParameters : IAppendParameters
{
    private readonly Dictionary<StreamName, int> _streamIndexes = [];
    private readonly List<string> _streams = [];
    private readonly List<int> _partRequest = [];
    private readonly List<int> _partStream = [];
    private readonly List<long?> _partExpected = [];
    private readonly List<int> _partCount = [];
    private readonly List<string> _eventStream = [];
    private readonly EventColumns _events = new();

    public IReadOnlyList<string> Streams => _streams;

    public void AddTo(NpgsqlParameterCollection parameters)
    {
        parameters
            .With(_streams, NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(_partRequest, NpgsqlDbType.Array | NpgsqlDbType.Integer)
            .With(_partStream, NpgsqlDbType.Array | NpgsqlDbType.Integer)
            .With(_partExpected, NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(_partCount, NpgsqlDbType.Array | NpgsqlDbType.Integer)
            .With(_eventStream, NpgsqlDbType.Array | NpgsqlDbType.Text);
        _events.AddTo(parameters);
    }

    public void Fill(IReadOnlyList<AppendRequest> requests)
    {
        Clear();
        for (var i = 0; i < requests.Count; i++)
        {
            foreach (var part in requests[i].Parts)
            {
                Add(part, i + 1);
            }
        }

        EventColumns.ShortenIfSame(_eventStream);
        _events.Complete();
    }

    private void Add(AppendRequest.Part part, int request)
    {
        _partRequest.Add(request);
        _partStream.Add(IndexOf(part.Stream));
        _partExpected.Add(part.Expected.Version?.Value);
        _partCount.Add(part.Events.Length);
        foreach (ref readonly var item in part.Events.AsSpan())
        {
            _eventStream.Add(part.Stream.Value);
            _events.Add(item);
        }
    }

    private int IndexOf(StreamName stream)
    {
        if (!_streamIndexes.TryGetValue(stream, out var index))
        {
            _streams.Add(stream.Value);
            _streamIndexes.Add(stream, index = _streams.Count);
        }

        return index;
    }

    private void Clear()
    {
        _streamIndexes.Clear();
        _streams.Clear();
        _partRequest.Clear();
        _partStream.Clear();
        _partExpected.Clear();
        _partCount.Clear();
        _eventStream.Clear();
        _events.Clear();
    }
}
