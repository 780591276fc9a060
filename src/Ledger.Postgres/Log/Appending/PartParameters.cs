using Ledger.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The parameters of <c>append_events_v3</c>: one request with the events of one stream.</summary>
internal sealed class PartParameters : IAppendParameters
{
    private readonly string[] _streams = new string[1];
    private readonly NpgsqlParameter<string> _stream = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<long?> _expected = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly EventColumns _events = new();

    public IReadOnlyList<string> Streams => _streams;

    public void AddTo(NpgsqlParameterCollection parameters)
    {
        parameters.Add(_stream);
        parameters.Add(_expected);
        _events.AddTo(parameters);
    }

    public void Fill(IReadOnlyList<AppendRequest> requests)
    {
        var part = requests[0].Parts[0];
        _streams[0] = part.Stream.Value;
        _stream.TypedValue = part.Stream.Value;
        _expected.TypedValue = part.Expected.Version?.Value;
        _events.Clear();
        foreach (ref readonly var item in part.Events.AsSpan())
        {
            _events.Add(item);
        }

        _events.Complete();
    }
}
