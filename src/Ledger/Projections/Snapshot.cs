using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ledger.Projections;

/// <summary>The state of an aggregate, kept as a document for each stream.</summary>
/// <remarks>
/// <para>A document says which version of its stream it stands for, and every read adds what is missing. So it is never behind, also
/// when another program appended without it or a new <see cref="Projection.Version"/> has kept nothing yet.</para>
/// <para>A branch has no document: its state is that of its whole history, and is folded when it is asked for.</para>
/// <code>
/// var orders = new Snapshot&lt;Order&gt;(order, "order", AppJson.Default.Order) { StreamPrefix = "order:" };
/// </code>
/// </remarks>
/// <typeparam name="T">The state; what it needs must survive being written as JSON.</typeparam>
public sealed class Snapshot<T> : Projection, ISnapshot
    where T : class
{
    private readonly JsonTypeInfo<T> _json;

    /// <summary>Declares a snapshot, under the name of its aggregate.</summary>
    /// <param name="aggregate">How the state comes about.</param>
    /// <param name="alias">What the documents are called, 1 to 40 of <c>a-z</c>, <c>0-9</c> and <c>_</c>: in PostgreSQL the table <c>mt_doc_{alias}</c>.</param>
    /// <param name="json">How the state is written, from a source-generated context.</param>
    public Snapshot(Aggregate<T> aggregate, string alias, JsonTypeInfo<T> json)
        : base((aggregate ?? throw new ArgumentNullException(nameof(aggregate))).Name, aggregate.EventTypes)
    {
        ProjectionNames.CheckAlias(alias);
        ArgumentNullException.ThrowIfNull(json);
        Aggregate = aggregate;
        Alias = alias;
        _json = json;
    }

    /// <summary>How the state comes about.</summary>
    public Aggregate<T> Aggregate { get; }

    /// <summary>What the documents are called.</summary>
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
