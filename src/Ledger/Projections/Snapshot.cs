using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ledger.Projections;

/// <summary>The state of an aggregate, stored as one document per stream.</summary>
/// <remarks>
/// <para>A document records the version of its stream, and every read adds the missing events. So it is never stale, even
/// if another program appended without it, or a new <see cref="Projection.Version"/> has stored nothing yet.</para>
/// <para>A branch has no document: its state is folded from its whole history on every read.</para>
/// <code>
/// var orders = new Snapshot&lt;Order&gt;(order, "order", AppJson.Default.Order) { StreamPrefix = "order:" };
/// </code>
/// </remarks>
/// <typeparam name="T">The state, which must survive a round trip through JSON.</typeparam>
public sealed class Snapshot<T> : Projection, ISnapshot
    where T : class
{
    private readonly JsonTypeInfo<T> _json;

    /// <summary>Declares a snapshot with the name of its aggregate.</summary>
    /// <param name="aggregate">The aggregate that folds the state.</param>
    /// <param name="alias">The name of the documents, 1 to 40 of <c>a-z</c>, <c>0-9</c> and <c>_</c>: in PostgreSQL the table <c>mt_doc_{alias}</c>.</param>
    /// <param name="json">The JSON contract of the state, from a source-generated context.</param>
    public Snapshot(Aggregate<T> aggregate, string alias, JsonTypeInfo<T> json)
        : base((aggregate ?? throw new ArgumentNullException(nameof(aggregate))).Name, aggregate.EventTypes)
    {
        ProjectionNames.CheckAlias(alias);
        ArgumentNullException.ThrowIfNull(json);
        Aggregate = aggregate;
        Alias = alias;
        _json = json;
    }

    /// <summary>The aggregate that folds the state.</summary>
    public Aggregate<T> Aggregate { get; }

    /// <summary>The name of the documents, which PostgreSQL uses in the table name.</summary>
    public string Alias { get; }

    string IDocuments.Key => Key;

    string IDocuments.ClrType => typeof(T).FullName!;

    object ISnapshot.Initial => Aggregate.Initial;

    ReadOnlyMemory<byte> IDocuments.Write(object document) => JsonSerializer.SerializeToUtf8Bytes((T)document, _json);

    object IDocuments.Read(ReadOnlyMemory<byte> json) => Read(json);

    IStateFold ISnapshot.BeginFold(object state) => Aggregate.BeginFold((T)state);

    object ISnapshot.Evolve(object state, RecordedEvent recorded)
    {
        try
        {
            return Aggregate.Evolve((T)state, recorded);
        }
        catch (Exception fault)
        {
            throw new ProjectionFailedException(Name, recorded, fault);
        }
    }

    bool IDocuments.Takes(StreamName stream) => Takes(stream);

    internal T Read(ReadOnlyMemory<byte> json) => JsonSerializer.Deserialize(json.Span, _json)
        ?? throw new JsonException($"A document of '{Alias}' is null.");
}
