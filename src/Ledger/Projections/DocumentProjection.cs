using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ledger.Projections;

/// <summary>Documents built from the events of many streams.</summary>
/// <remarks>
/// <para>Each event names the documents it is about and returns each of them updated; null deletes it. The functions must be pure. Events of
/// one stream arrive in order; those of different streams in log order, if one was committed before the other began.</para>
/// <para>Appends that affect the same document wait for each other, even in different streams.</para>
/// <code>
/// var customers = new DocumentProjection&lt;Customer&gt;("customers", "customer", AppJson.Default.Customer)
///     .On&lt;OrderPlaced&gt;(placed => placed.Customer, (customer, placed) => (customer ?? Customer.New) with { Last = placed.Order })
///     .On&lt;CustomerForgotten&gt;(forgotten => forgotten.Customer, (_, _) => null);
/// </code>
/// </remarks>
/// <typeparam name="T">A document.</typeparam>
public sealed class DocumentProjection<T> : Projection, IDocumentProjection
    where T : class
{
    private readonly JsonTypeInfo<T> _json;
    private readonly EventHandlers<Func<RecordedEvent, IEnumerable<string>>> _ids;
    private readonly EventHandlers<Func<T?, RecordedEvent, T?>> _handlers;

    /// <summary>Declares a projection that ignores every event; <c>On</c> adds handlers.</summary>
    /// <param name="name">The projection's name: 1 to 200 characters, without <c>:</c>.</param>
    /// <param name="alias">The name of the documents, 1 to 40 of <c>a-z</c>, <c>0-9</c> and <c>_</c>: in PostgreSQL the table <c>mt_doc_{alias}</c>.</param>
    /// <param name="json">The JSON contract of a document, from a source-generated context.</param>
    public DocumentProjection(string name, string alias, JsonTypeInfo<T> json)
        : this(name, alias, json, EventHandlers<Func<RecordedEvent, IEnumerable<string>>>.None, EventHandlers<Func<T?, RecordedEvent, T?>>.None)
    {
    }

    private DocumentProjection(
        string name,
        string alias,
        JsonTypeInfo<T> json,
        EventHandlers<Func<RecordedEvent, IEnumerable<string>>> ids,
        EventHandlers<Func<T?, RecordedEvent, T?>> handlers)
        : base(name, handlers.Types)
    {
        ProjectionNames.CheckAlias(alias);
        ArgumentNullException.ThrowIfNull(json);
        Alias = alias;
        _json = json;
        _ids = ids;
        _handlers = handlers;
    }

    /// <summary>The name of the documents, which PostgreSQL uses in the table name.</summary>
    public string Alias { get; }

    string IDocuments.Key => Key;

    string IDocuments.ClrType => typeof(T).FullName!;

    bool IDocuments.Takes(StreamName stream) => Takes(stream);

    /// <summary>Adds a handler for events of one type that updates one document.</summary>
    /// <param name="id">The document's id.</param>
    /// <param name="evolve">Returns the new document from the old one, which is null if there is none; returning null deletes it.</param>
    /// <returns>A new declaration; this one does not change.</returns>
    /// <exception cref="ArgumentException">The type is already handled.</exception>
    public DocumentProjection<T> On<TEvent>(Func<TEvent, string> id, Func<T?, TEvent, T?> evolve)
        where TEvent : class
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(evolve);
        return With<TEvent>(recorded => [id((TEvent)recorded.Data)], (document, recorded) => evolve(document, (TEvent)recorded.Data));
    }

    /// <summary>Adds a handler that updates any number of documents, and also receives the event's place in the log, its time and its metadata.</summary>
    /// <param name="ids">The ids of the documents; empty to change none.</param>
    /// <param name="evolve">Returns a new document from the old one, which is null if there is none; returning null deletes it.</param>
    /// <returns>A new declaration; this one does not change.</returns>
    /// <exception cref="ArgumentException">The type is already handled.</exception>
    public DocumentProjection<T> On<TEvent>(Func<TEvent, RecordedEvent, IEnumerable<string>> ids, Func<T?, TEvent, RecordedEvent, T?> evolve)
        where TEvent : class
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(evolve);
        return With<TEvent>(
            recorded => ids((TEvent)recorded.Data, recorded),
            (document, recorded) => evolve(document, (TEvent)recorded.Data, recorded));
    }

    ReadOnlyMemory<byte> IDocuments.Write(object document) => JsonSerializer.SerializeToUtf8Bytes((T)document, _json);

    object IDocuments.Read(ReadOnlyMemory<byte> json) => Read(json);

    IReadOnlyList<string> IDocumentProjection.IdsOf(RecordedEvent recorded) => Guard(recorded, () =>
    {
        if (_ids.Find(recorded) is not { } ids)
        {
            return (IReadOnlyList<string>)[];
        }

        string[] found = [.. ids(recorded).Distinct(StringComparer.Ordinal)];
        return found.Any(string.IsNullOrEmpty) ? throw new InvalidOperationException("An event returned an empty document id.") : found;
    });

    object? IDocumentProjection.Evolve(object? document, RecordedEvent recorded) =>
        Guard(recorded, () => _handlers.Find(recorded)?.Invoke((T?)document, recorded));

    internal T Read(ReadOnlyMemory<byte> json) => JsonSerializer.Deserialize(json.Span, _json)
        ?? throw new JsonException($"A document of '{Alias}' is null.");

    private TResult Guard<TResult>(RecordedEvent recorded, Func<TResult> call)
    {
        try
        {
            return call();
        }
        catch (Exception fault)
        {
            throw new ProjectionFailedException(Name, recorded, fault);
        }
    }

    private DocumentProjection<T> With<TEvent>(Func<RecordedEvent, IEnumerable<string>> ids, Func<T?, RecordedEvent, T?> evolve) =>
        new(Name, Alias, _json, _ids.With(Name, typeof(TEvent), ids), _handlers.With(Name, typeof(TEvent), evolve)) 
        {
            Version = Version,
            StreamPrefix = StreamPrefix,
        };
}
