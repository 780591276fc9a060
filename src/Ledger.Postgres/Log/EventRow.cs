using Ledger.Log;
using Npgsql;

namespace Ledger.Postgres.Log;

/// <summary>The columns of every page of events, from the second on; the first names the stream of a row.</summary>
/// <remarks>Adjacent rows often have the same type and correlation; they then share one string.</remarks>
internal sealed class EventRow(EventRegistry registry)
{
    private const int Version = 1;
    private const int Sequence = 2;
    private const int Id = 3;
    private const int Type = 4;
    private const int Data = 5;
    private const int Headers = 6;
    private const int Timestamp = 7;
    private const int Correlation = 8;
    private const int Causation = 9;

    private string? _type;
    private string? _correlation;

    public static StreamVersion VersionOf(NpgsqlDataReader reader) => new(reader.GetInt64(Version));

    public RecordedEvent Read(NpgsqlDataReader reader, StreamName stream, Position? position) => new(
        registry,
        stream,
        VersionOf(reader),
        new SequenceNumber(reader.GetInt64(Sequence)),
        reader.GetGuid(Id),
        Shared(reader.GetString(Type), ref _type),
        reader.GetFieldValue<byte[]>(Data),
        reader.IsDBNull(Headers) ? default : reader.GetFieldValue<byte[]>(Headers),
        reader.GetFieldValue<DateTimeOffset>(Timestamp))
    {
        Position = position,
        CorrelationId = reader.IsDBNull(Correlation) ? null : Shared(reader.GetString(Correlation), ref _correlation),
        CausationId = reader.IsDBNull(Causation) ? null : reader.GetString(Causation),
    };

    private static string Shared(string text, ref string? last) => text == last ? last : last = text;
}
