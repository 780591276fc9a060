using Ledger.Streams;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Streams;

/// <summary>Requests that are sent in one round trip, as the arrays that <c>append_v1</c> takes.</summary>
internal sealed class AppendBatch
{
    private readonly IReadOnlyList<AppendRequest> _requests;
    private readonly List<string> _streams = [];
    private readonly Dictionary<StreamName, int> _streamIndexes = [];
    private readonly int[] _partRequest;
    private readonly int[] _partStream;
    private readonly long?[] _partExpected;
    private readonly int[] _partCount;
    private readonly int[] _eventPart;
    private readonly string[] _eventStream;
    private readonly Guid[] _eventId;
    private readonly string[] _eventType;
    private readonly string[] _eventClrType;
    private readonly ReadOnlyMemory<byte>[] _eventData;
    private readonly ReadOnlyMemory<byte>?[] _eventHeaders;
    private readonly string?[] _eventCorrelation;
    private readonly string?[] _eventCausation;

    public AppendBatch(IReadOnlyList<AppendRequest> requests)
    {
        _requests = requests;
        var parts = requests.Sum(r => r.Parts.Count);
        var events = requests.Sum(r => r.EventCount);
        _partRequest = new int[parts];
        _partStream = new int[parts];
        _partExpected = new long?[parts];
        _partCount = new int[parts];
        _eventPart = new int[events];
        _eventStream = new string[events];
        _eventId = new Guid[events];
        _eventType = new string[events];
        _eventClrType = new string[events];
        _eventData = new ReadOnlyMemory<byte>[events];
        _eventHeaders = new ReadOnlyMemory<byte>?[events];
        _eventCorrelation = new string?[events];
        _eventCausation = new string?[events];
        Fill();
    }

    public void AddParameters(NpgsqlCommand command, bool notify) => command
        .With(_streams, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_partRequest, NpgsqlDbType.Array | NpgsqlDbType.Integer)
        .With(_partStream, NpgsqlDbType.Array | NpgsqlDbType.Integer)
        .With(_partExpected, NpgsqlDbType.Array | NpgsqlDbType.Bigint)
        .With(_partCount, NpgsqlDbType.Array | NpgsqlDbType.Integer)
        .With(_eventPart, NpgsqlDbType.Array | NpgsqlDbType.Integer)
        .With(_eventStream, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_eventId, NpgsqlDbType.Array | NpgsqlDbType.Uuid)
        .With(_eventType, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_eventClrType, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_eventData, NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
        .With(_eventHeaders, NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
        .With(_eventCorrelation, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_eventCausation, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(notify, NpgsqlDbType.Boolean);

    /// <summary>Reads what became of each request, in their order.</summary>
    public async Task<AppendAnswer[]> ReadAnswersAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var answers = new AppendAnswer[_requests.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var parts = _requests[i].Parts;
            var results = new AppendResult[parts.Count];
            Exception? refusal = null;
            for (var p = 0; p < results.Length; p++)
            {
                if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    throw new InvalidOperationException("append_v1 answered fewer parts than it was asked.");
                }

                var outcome = reader.GetString(0);
                results[p] = new AppendResult(
                    parts[p].Stream,
                    new StreamVersion(reader.GetInt64(1)),
                    new SequenceNumber(reader.GetInt64(2)),
                    outcome == "already_written" ? AppendOutcome.AlreadyWritten : AppendOutcome.Written);
                refusal ??= RefusalOf(outcome, parts[p], results[p].Version, reader);
            }

            answers[i] = new AppendAnswer(results, refusal);
        }

        return answers;
    }

    private static Exception? RefusalOf(string outcome, AppendRequest.Part part, StreamVersion actual, NpgsqlDataReader reader) =>
        outcome switch
        {
            "wrong_version" => new WrongExpectedVersionException(part.Stream, part.Expected, actual),
            "archived" => new StreamArchivedException(part.Stream),
            "id_in_use" => new EventIdInUseException(part.Stream, reader.GetGuid(3), new StreamName(reader.GetString(4))),
            _ => null,
        };

    private void Fill()
    {
        var part = 0;
        var item = 0;
        for (var r = 0; r < _requests.Count; r++)
        {
            foreach (var (stream, expected, events) in _requests[r].Parts)
            {
                _partRequest[part] = r + 1;
                _partStream[part] = IndexOf(stream);
                _partExpected[part] = expected.Version?.Value;
                _partCount[part] = events.Count;
                part++;
                for (var e = 0; e < events.Count; e++, item++)
                {
                    var (id, newEvent, serialized) = events[e];
                    _eventPart[item] = part;
                    _eventStream[item] = stream.Value;
                    _eventId[item] = id;
                    _eventType[item] = serialized.Type;
                    _eventClrType[item] = serialized.ClrType;
                    _eventData[item] = serialized.Json;
                    _eventHeaders[item] = serialized.Headers.IsEmpty ? default(ReadOnlyMemory<byte>?) : serialized.Headers;
                    _eventCorrelation[item] = newEvent.CorrelationId;
                    _eventCausation[item] = events[e].CausationId;
                }
            }
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
}
