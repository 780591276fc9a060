using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>A filter on the relations of a world; the default matches all.</summary>
/// <remarks>Immutable and safe for concurrent use. All conditions that are set must hold.</remarks>
public sealed record RelationFilter
{
    /// <summary>The required type. Default: null, which matches any.</summary>
    public string? Type { get; init; }

    /// <summary>The id of an object that must be one of the ends. Default: null, which matches any. The object need not exist.</summary>
    public string? ObjectId { get; init; }

    /// <summary>The end at which <see cref="ObjectId"/> must be. Default: <see cref="RelationDirection.Either"/>.</summary>
    public RelationDirection Direction { get; init; }

    /// <summary>The id to start after, in code-point order. Default: null, from the first. Use the last id of a page for the next one.</summary>
    public string? After { get; init; }

    /// <summary>Whether a relation matches.</summary>
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
