using Ledger.Events;
using Ledger.Streams;
using Npgsql;

namespace Ledger.Postgres.Streams;

/// <summary>The columns that every page of events has, from the second on; the first says which stream a row is of.</summary>
internal static class EventRow
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

    public static StreamVersion VersionOf(NpgsqlDataReader reader) => new(reader.GetInt64(Version));

    public static RecordedEvent Read(NpgsqlDataReader reader, EventRegistry registry, StreamName stream, Position? position) => new(
        registry,
        stream,
        VersionOf(reader),
        new SequenceNumber(reader.GetInt64(Sequence)),
        reader.GetGuid(Id),
        reader.GetString(Type),
        reader.GetFieldValue<byte[]>(Data),
        reader.IsDBNull(Headers) ? default : reader.GetFieldValue<byte[]>(Headers),
        reader.GetFieldValue<DateTimeOffset>(Timestamp))
    {
        Position = position,
        CorrelationId = reader.IsDBNull(Correlation) ? null : reader.GetString(Correlation),
        CausationId = reader.IsDBNull(Causation) ? null : reader.GetString(Causation),
    };
}
