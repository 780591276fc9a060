using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>A value on which the two sides of a merge disagree, and who set it on each side by which event.</summary>
/// <remarks>
/// Immutable. "Ours" is the history that is merged into, "theirs" the one that is merged. Of <see cref="MergeConflictReason.Created"/>,
/// <see cref="MergeConflictReason.Removed"/> and <see cref="MergeConflictReason.LostEnd"/> the values are the whole object or relation, <c>{type, data}</c> or
/// <c>{type, source_id, target_id, data}</c>; a value that is not there is undefined.
/// </remarks>
public sealed record MergeConflict
{
    internal MergeConflict(EntityKind kind, string id, string type, MergeConflictReason reason, string path)
    {
        Kind = kind;
        Id = id;
        Type = type;
        Reason = reason;
        Path = path;
    }

    /// <summary>Whether it concerns an object or a relation.</summary>
    public EntityKind Kind { get; }

    /// <summary>The id of the object or relation.</summary>
    public string Id { get; }

    /// <summary>Its type: ours, if it exists there, else theirs.</summary>
    public string Type { get; }

    /// <summary>Why it is a conflict.</summary>
    public MergeConflictReason Reason { get; }

    /// <summary>The place, as a JSON pointer: <c>/data/status</c>, <c>/type</c>, <c>/source_id</c>; empty for the whole. Of a lost end, the place of the end.</summary>
    /// <remarks>With <see cref="MergeRules"/> it can be in a property: <c>/data/details/colour</c>.</remarks>
    public string Path { get; }

    /// <summary>The top-level property that it is, or is in; null for everything else.</summary>
    public string? Property => EntityState.PropertyAt(Path);

    /// <summary>The value in the common state.</summary>
    public JsonElement Base { get; init; }

    /// <summary>The value in the history that is merged into.</summary>
    public JsonElement Ours { get; init; }

    /// <summary>The value in the history that is merged.</summary>
    public JsonElement Theirs { get; init; }

    /// <summary>The event that set it, or removed it, in the history that is merged into.</summary>
    public Guid? OurEvent { get; init; }

    /// <summary>The event that set it, or removed it, in the history that is merged.</summary>
    public Guid? TheirEvent { get; init; }

    /// <summary>Who caused our event.</summary>
    public string? OurActor { get; init; }

    /// <summary>Who caused their event.</summary>
    public string? TheirActor { get; init; }

    /// <summary>What it is about; one merge has it once.</summary>
    internal (EntityKind Kind, string Id, MergeConflictReason Reason, string Path) Key => (Kind, Id, Reason, Path);

    /// <summary>Whether both sides have the values that they have in another conflict.</summary>
    internal bool HasValuesOf(MergeConflict other) =>
        JsonEquality.Instance.Equals(Ours, other.Ours) && JsonEquality.Instance.Equals(Theirs, other.Theirs);
}
