using Ledger.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The parameters of <c>append_v2</c>: a batch in columns, whose lists are used again for the next.</summary>
internal sealed class AppendParameters
{
    private readonly Dictionary<StreamName, int> _streamIndexes = [];
    private readonly List<string> _streams = [];
    private readonly List<int> _partRequest = [];
    private readonly List<int> _partStream = [];
    private readonly List<long?> _partExpected = [];
    private readonly List<int> _partCount = [];
    private readonly List<string> _eventStream = [];
    private readonly List<Guid> _eventId = [];
    private readonly List<string> _eventType = [];
    private readonly List<string> _eventClrType = [];
    private readonly List<ReadOnlyMemory<byte>> _eventData = [];
    private readonly List<ReadOnlyMemory<byte>?> _eventHeaders = [];
    private readonly List<string?> _eventCorrelation = [];
    private readonly List<string?> _eventCausation = [];

    /// <summary>The streams of the batch, each once.</summary>
    public IReadOnlyList<string> Streams => _streams;

    public void AddTo(NpgsqlParameterCollection parameters) => parameters
        .With(_streams, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_partRequest, NpgsqlDbType.Array | NpgsqlDbType.Integer)
        .With(_partStream, NpgsqlDbType.Array | NpgsqlDbType.Integer)
        .With(_partExpected, NpgsqlDbType.Array | NpgsqlDbType.Bigint)
        .With(_partCount, NpgsqlDbType.Array | NpgsqlDbType.Integer)
        .With(_eventStream, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_eventId, NpgsqlDbType.Array | NpgsqlDbType.Uuid)
        .With(_eventType, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_eventClrType, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_eventData, NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
        .With(_eventHeaders, NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
        .With(_eventCorrelation, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_eventCausation, NpgsqlDbType.Array | NpgsqlDbType.Text);

    /// <summary>Takes requests in the place of those of the batch before.</summary>
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

        ShortenIfSame(_eventStream);
        ShortenIfSame(_eventType);
        ShortenIfSame(_eventClrType);
        ShortenIfSame(_eventCorrelation);
        ShortenIfSame(_eventCausation);
        if (!_eventHeaders.Exists(h => h is not null))
        {
            _eventHeaders.Clear();
        }
    }

    /// <summary>Sends equal values once, and nulls not at all; the function applies the one value to all events.</summary>
    private static void ShortenIfSame<T>(List<T> values)
        where T : class?
    {
        if (values.Count == 0)
        {
            return;
        }

        var first = values[0];
        for (var i = 1; i < values.Count; i++)
        {
            if (!Equals(values[i], first))
            {
                return;
            }
        }

        values.RemoveRange(1, values.Count - 1);
        if (first is null)
        {
            values.Clear();
        }
    }

    private void Add(AppendRequest.Part part, int request)
    {
        _partRequest.Add(request);
        _partStream.Add(IndexOf(part.Stream));
        _partExpected.Add(part.Expected.Version?.Value);
        _partCount.Add(part.Events.Length);
        foreach (ref readonly var item in part.Events.AsSpan())
        {
            var serialized = item.Serialized;
            _eventStream.Add(part.Stream.Value);
            _eventId.Add(item.Id);
            _eventType.Add(serialized.Type);
            _eventClrType.Add(serialized.ClrType);
            _eventData.Add(serialized.Json);
            _eventHeaders.Add(serialized.HeadersOrNull);
            _eventCorrelation.Add(item.Event.CorrelationId);
            _eventCausation.Add(item.CausationId);
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
        _eventId.Clear();
        _eventType.Clear();
        _eventClrType.Clear();
        _eventData.Clear();
        _eventHeaders.Clear();
        _eventCorrelation.Clear();
        _eventCausation.Clear();
    }
}
