using System.Text.Json;
using Ledger.Json;

namespace Ledger.Log.Contracts;

/// <summary>What the data of the events of one name may be.</summary>
/// <remarks>Immutable. Two are equal only where they are one object; <see cref="EventContracts.Compare"/> tells what differs.</remarks>
public sealed class EventContract
{
    private readonly Lazy<SchemaNode> _node;

    /// <summary>Creates a contract.</summary>
    /// <param name="name">The event's name in the log.</param>
    /// <param name="schema">A JSON Schema (2020-12); <c>true</c> allows everything.</param>
    /// <param name="readAs">The name that the events are read as by an upcast; null for none. It may be the name itself.</param>
    /// <exception cref="ContractFormatException">The schema has a keyword that is not checked here, or a value that no schema has.</exception>
    public EventContract(string name, JsonElement schema, string? readAs = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (Name, Schema, ReadAs) = (name, schema.Clone(), readAs);
        _node = new Lazy<SchemaNode>(() => SchemaReader.Read(name, Schema));
        _ = _node.Value;
    }

    /// <summary>The event's name in the log.</summary>
    public string Name { get; }

    /// <summary>The JSON Schema of its data.</summary>
    public JsonElement Schema { get; }

    /// <summary>The name that the events are read as by an upcast; null for none.</summary>
    public string? ReadAs { get; }

    internal SchemaNode Node => _node.Value;

    /// <summary>What is wrong with the data of an event of this name; null for nothing.</summary>
    /// <param name="data">The data.</param>
    public ContractFault? FaultOf(JsonElement data) => Node.FaultOf(data) is var (path, rule) ? new ContractFault(Name, path, rule) : null;

    /// <summary>Whether another contract allows the same, in the same words but for the texts for people.</summary>
    internal bool IsSame(EventContract other) =>
        ReadAs == other.ReadAs && JsonEquality.Instance.Equals(SchemaTexts.Without(Schema), SchemaTexts.Without(other.Schema));

    /// <inheritdoc/>
    public override string ToString() => Name;
}
