using Ledger.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The columns of several events, whose lists are used again for the next ones.</summary>
/// <remarks>Equal values are sent once, and nulls not at all; the function applies the one value to all events.</remarks>
internal sealed class EventColumns
{
    private readonly List<Guid> _id = [];
    private readonly List<string> _type = [];
    private readonly List<string> _clrType = [];
    private readonly List<ReadOnlyMemory<byte>> _data = [];
    private readonly List<ReadOnlyMemory<byte>?> _headers = [];
    private readonly List<string?> _correlation = [];
    private readonly List<string?> _causation = [];

    public void AddTo(NpgsqlParameterCollection parameters) => parameters
        .With(_id, NpgsqlDbType.Array | NpgsqlDbType.Uuid)
        .With(_type, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_clrType, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_data, NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
        .With(_headers, NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
        .With(_correlation, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_causation, NpgsqlDbType.Array | NpgsqlDbType.Text);

    public void Add(in AppendRequest.Item item)
    {
        var serialized = item.Serialized;
        _id.Add(item.Id);
        _type.Add(serialized.Type);
        _clrType.Add(serialized.ClrType);
        _data.Add(serialized.Json);
        _headers.Add(serialized.HeadersOrNull);
        _correlation.Add(item.Event.CorrelationId);
        _causation.Add(item.CausationId);
    }

    /// <summary>Shortens the columns, after the last event.</summary>
    public void Complete()
    {
        ShortenIfSame(_type);
        ShortenIfSame(_clrType);
        ShortenIfSame(_correlation);
        ShortenIfSame(_causation);
        if (!_headers.Exists(h => h is not null))
        {
            _headers.Clear();
        }
    }

    public void Clear()
    {
        _id.Clear();
        _type.Clear();
        _clrType.Clear();
        _data.Clear();
        _headers.Clear();
        _correlation.Clear();
        _causation.Clear();
    }

    /// <summary>Leaves one of equal values, and none of nulls.</summary>
    internal static void ShortenIfSame<T>(List<T> values)
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
}
