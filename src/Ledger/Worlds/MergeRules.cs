using System.Collections.Frozen;

namespace Ledger.Worlds;

/// <summary>What a merge takes as one value, by the type of the object or relation: by default each top-level property, whatever is nested in it.</summary>
/// <remarks>Immutable, and safe for concurrent use.</remarks>
public sealed class MergeRules
{
    private readonly FrozenSet<(string Type, string Property)> _deep;

    private MergeRules(FrozenSet<(string Type, string Property)> deep) => _deep = deep;

    /// <summary>Every top-level property is one value.</summary>
    public static MergeRules None { get; } = new(FrozenSet<(string, string)>.Empty);

    /// <summary>Adds a property whose members are merged one by one, and the members of objects in it, at any depth. Arrays stay one value.</summary>
    /// <remarks>A conflict then names the place of the member; the event and actor that it names are those that set the property.</remarks>
    /// <param name="type">The type that the object or relation has in the history that is merged into.</param>
    /// <param name="property">The top-level property.</param>
    public MergeRules Deep(string type, string property)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(property);
        return new MergeRules(_deep.Append((type, property)).ToFrozenSet());
    }

    /// <summary>Whether the members of a property are merged one by one.</summary>
    /// <param name="type">The type; null for any.</param>
    /// <param name="property">The top-level property.</param>
    public bool IsDeep(string? type, string property)
    {
        ArgumentNullException.ThrowIfNull(property);
        return type is null ? _deep.Any(d => d.Property == property) : _deep.Contains((type, property));
    }
}
