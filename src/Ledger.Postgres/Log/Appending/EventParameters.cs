using Ledger.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The parameters of <c>append_event_v3</c>: one request with one event.</summary>
internal sealed class EventParameters : IAppendParameters
{
    private readonly string[] _streams = new string[1];
    private readonly NpgsqlParameter<string> _stream = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<long?> _expected = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<Guid> _id = new() { NpgsqlDbType = NpgsqlDbType.Uuid };
    private readonly NpgsqlParameter<string> _type = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<string> _clrType = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<ReadOnlyMemory<byte>> _data = new() { NpgsqlDbType = NpgsqlDbType.Jsonb };
    private readonly NpgsqlParameter<ReadOnlyMemory<byte>?> _headers = new() { NpgsqlDbType = NpgsqlDbType.Jsonb };
    private readonly NpgsqlParameter<string?> _correlation = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<string?> _causation = new() { NpgsqlDbType = NpgsqlDbType.Text };

    public IReadOnlyList<string> Streams => _streams;

    public void AddTo(NpgsqlParameterCollection parameters) => parameters.AddRange(
        new NpgsqlParameter[] { _stream, _expected, _id, _type, _clrType, _data, _headers, _correlation, _causation });

    public void Fill(IReadOnlyList<AppendRequest> requests)
    {
        var part = requests[0].Parts[0];
        ref readonly var item = ref part.Events[0];
        var serialized = item.Serialized;
        _streams[0] = part.Stream.Value;
        _stream.TypedValue = part.Stream.Value;
        _expected.TypedValue = part.Expected.Version?.Value;
        _id.TypedValue = item.Id;
        _type.TypedValue = serialized.Type;
        _clrType.TypedValue = serialized.ClrType;
        _data.TypedValue = serialized.Json;
        _headers.TypedValue = serialized.HeadersOrNull;
        _correlation.TypedValue = item.Event.CorrelationId;
        _causation.TypedValue = item.CausationId;
    }
}
