using System.Text.Json;
using Ledger.Events;
using Ledger.Json;
using Ledger.Log;

namespace Ledger;

/// <summary>An event as stored in the log.</summary>
/// <remarks>
/// Immutable and safe for concurrent use. The JSON and the headers are kept as read from the log and parsed on the first use of <see cref="Data"/> or <see
/// cref="Metadata"/>. Two are equal when they are the same instance.
/// </remarks>
public sealed class RecordedEvent
{
    private readonly EventRegistry _registry;
    private readonly ReadOnlyMemory<byte> _headers;
    private volatile object? _data;
    private EventMisfit? _misfit;
    private EventMetadata? _metadata;

    /// <summary>Describes a stored event; engines call it.</summary>
    /// <param name="registry">Maps the type's name to a .NET type.</param>
    /// <param name="stream">The stream that the event is stored in.</param>
    /// <param name="version">Its place in that stream, from 1.</param>
    /// <param name="sequence">Its place in the log.</param>
    /// <param name="id">Its id.</param>
    /// <param name="type">Its name.</param>
    /// <param name="json">Its JSON, UTF-8; the memory must not change any more.</param>
    /// <param name="headers">Its headers, UTF-8 JSON, or empty.</param>
    /// <param name="timestamp">When the log took it.</param>
    public RecordedEvent(
        EventRegistry registry,
        StreamName stream,
        StreamVersion version,
        SequenceNumber sequence,
        Guid id,
        string type,
        ReadOnlyMemory<byte> json,
        ReadOnlyMemory<byte> headers,
        DateTimeOffset timestamp)
    {
        _registry = registry;
        _headers = headers;
        Stream = stream;
        Version = version;
        Sequence = sequence;
        Id = id;
        Type = type;
        Json = json;
        Timestamp = timestamp;
    }

    /// <summary>The stream that the event is stored in: in a branch's history, for the shared prefix, that of an ancestor.</summary>
    public StreamName Stream { get; }

    /// <summary>The event's place in that stream, from 1.</summary>
    public StreamVersion Version { get; }

    /// <summary>The event's place in the history that was read; null when a stream or the log was read.</summary>
    public Position? Position { get; init; }

    /// <summary>The event's place in the log.</summary>
    public SequenceNumber Sequence { get; }

    /// <summary>The event's id.</summary>
    public Guid Id { get; }

    /// <summary>The name of the event's type in the log.</summary>
    public string Type { get; }

    /// <summary>When the log took the event; within a stream it never goes back.</summary>
    public DateTimeOffset Timestamp { get; }

    /// <summary>What ties events of several streams together, or null.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The first cause's id as text, or what another writer of the tables put there, or null.</summary>
    public string? CausationId { get; init; }

    /// <summary>The event's JSON as UTF-8.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>What happened: an instance of the registered type, or an <see cref="UntypedEvent"/> where the name or the JSON fits none.</summary>
    public object Data => _data ?? Read();

    /// <summary>Why <see cref="Data"/> is untyped although the name has a type; null where the JSON fits, and where the name has no type.</summary>
    public EventMisfit? Misfit => Data is UntypedEvent ? _misfit : null;

    /// <summary>What <see cref="Data"/> is an instance of, unless the JSON does not fit; told without reading it.</summary>
    internal Type ExpectedType => _registry.TypeOf(Type);

    /// <summary>Who, why and when.</summary>
    public EventMetadata Metadata => _metadata ??= EventHeaders.Read(_headers);

    /// <summary>The event's headers as UTF-8 JSON, or empty.</summary>
    internal ReadOnlyMemory<byte> HeadersJson => _headers;

    /// <summary>The event's JSON as an element.</summary>
    public JsonElement ToJsonElement() => EventJson.ParseElement(Json);

    private object Read()
    {
        var data = _registry.Read(Type, Json, out var misfit);
        _misfit = misfit;
        return _data = data;
    }

    /// <summary>The same event with other JSON, in the same place.</summary>
    internal RecordedEvent With(ReadOnlyMemory<byte> json) => new(_registry, Stream, Version, Sequence, Id, Type, json, _headers, Timestamp)
    {
        Position = Position,
        CorrelationId = CorrelationId,
        CausationId = CausationId,
    };

    /// <summary>The same event with its place in a history.</summary>
    internal RecordedEvent At(Position position) => new(_registry, Stream, Version, Sequence, Id, Type, Json, _headers, Timestamp)
    {
        Position = position,
        CorrelationId = CorrelationId,
        CausationId = CausationId,
    };
}
