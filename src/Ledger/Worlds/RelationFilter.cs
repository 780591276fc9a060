using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>Which relations of a world are wanted; the default wants all.</summary>
/// <remarks>Immutable and safe for concurrent use. What is set must hold together.</remarks>
public sealed record RelationFilter
{
    /// <summary>The type that they must have: default null, any.</summary>
    public string? Type { get; init; }

    /// <summary>The id of an object that must be an end of them: default null, any. The object need not exist.</summary>
    public string? ObjectId { get; init; }

    /// <summary>At which end <see cref="ObjectId"/> must be: default <see cref="RelationDirection.Either"/>.</summary>
    public RelationDirection Direction { get; init; }

    /// <summary>The id behind which they begin, in the order of code points: default null, at the first. The last of a page begins the next.</summary>
    public string? After { get; init; }

    /// <summary>Whether a relation is wanted.</summary>
    public bool Wants(Relation item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return (Type is null || item.Type == Type)
            && (After is null || CodePointComparer.Instance.Compare(item.Id, After) > 0)
            && (ObjectId is null
                || (Direction != RelationDirection.Incoming && item.SourceId == ObjectId)
                || (Direction != RelationDirection.Outgoing && item.TargetId == ObjectId));
    }
}
