using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>An object or relation of a merge: its states in the common worlds and on both sides, and what becomes of it.</summary>
/// <remarks>
/// <list type="number">
/// <item>Where both sides are the same, or only one side changed it, there is no conflict.</item>
/// <item>If both changed it and all have it, each value is compared in the same way, a property of the data as one value.</item>
/// <item>If one side removed it, or the common world did not have it, the conflict is about the whole.</item>
/// <item>If there are several newest common worlds, a side has changed a value unless all of them have it.</item>
/// <item>Where a rule says so, the members of a property that both sides changed are values of their own.</item>
/// </list>
/// </remarks>
internal sealed class MergeItem
{
    private readonly IReadOnlyList<EntityState?> _bases;
    private readonly Dictionary<string, MergeConflictReason> _conflicts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _decided = new(StringComparer.Ordinal);
    private readonly HashSet<(string Path, string End)> _dangling = [];

    public MergeItem(EntityKind kind, string id, IReadOnlyList<EntityState?> bases, EntityState? ours, EntityState? theirs, MergeRules rules)
    {
        Kind = kind;
        Id = id;
        _bases = bases;
        Ours = ours;
        Theirs = theirs;
        OursChanged = bases.Any(b => !EntityState.AreSame(b, ours));
        TheirsChanged = bases.Any(b => !EntityState.AreSame(b, theirs));
        Result = Merge(rules);
    }

    public EntityKind Kind { get; }

    public string Id { get; }

    /// <summary>The state in the newest common world.</summary>
    public EntityState? Base => _bases[0];

    public EntityState? Ours { get; }

    public EntityState? Theirs { get; }

    public bool OursChanged { get; }

    public bool TheirsChanged { get; }

    /// <summary>The state after the merge; ours where a conflict is open.</summary>
    public EntityState? Result { get; private set; }

    public bool HasConflicts => _conflicts.Count > 0;

    public bool HasOpenConflicts => _conflicts.Keys.Any(path => !_decided.Contains(path));

    /// <summary>The places that a decision was made about.</summary>
    public IReadOnlySet<string> Decided => _decided;

    /// <summary>Its conflicts by place.</summary>
    public IEnumerable<MergeConflict> Conflicts =>
        _conflicts.OrderBy(c => c.Key, CodePointComparer.Instance).Select(c => c.Key.Length == 0
            ? Whole(c.Value, "")
            : new MergeConflict(Kind, Id, Ours!.Type, c.Value, c.Key) { Base = Base?[c.Key] ?? default, Ours = Ours[c.Key], Theirs = Theirs![c.Key] });

    /// <summary>A conflict about the whole.</summary>
    public MergeConflict Whole(MergeConflictReason reason, string path) => new(Kind, Id, (Ours ?? Theirs ?? Base)!.Type, reason, path)
    {
        Base = Base?.ToJson() ?? default,
        Ours = Ours?.ToJson() ?? default,
        Theirs = Theirs?.ToJson() ?? default,
    };

    /// <summary>Decides one of its conflicts, or what becomes of the whole.</summary>
    /// <exception cref="ArgumentException">The value does not fit.</exception>
    public void Decide(MergeConflict conflict, MergeDecision decision)
    {
        var path = conflict.Path;
        if (conflict.Reason is MergeConflictReason.Set or MergeConflictReason.Retyped)
        {
            Result = Result!.With(path, ValueOf(conflict, decision));
        }
        else
        {
            Result = decision.Choice switch
            {
                MergeChoice.Ours => Ours,
                MergeChoice.Theirs => Theirs,
                MergeChoice.Remove => null,
                _ => EntityState.Parse(Kind, Id, decision.Value),
            };
        }

        _decided.Add(path);
    }

    /// <summary>Decides a lost end: the relation keeps what else was merged, and leads to where it does in a state, or is dropped if that has no relation.</summary>
    public void LeadTo(string path, EntityState? state)
    {
        Result = state is null ? null : Result!.With(path, state[path]);
        _decided.Add(path);
    }

    /// <summary>Decides a lost end: it is as in one of the worlds, where it dangles.</summary>
    public void LetDangle(string path)
    {
        _dangling.Add((path, Result!.TextAt(path)));
        _decided.Add(path);
    }

    /// <summary>Decides a lost end: the object stays, and the relation is as it was merged.</summary>
    public void KeepEnd(string path) => _decided.Add(path);

    /// <summary>Whether it was decided that an end dangles.</summary>
    public bool MayDangle(string path, string end) => _dangling.Contains((path, end));

    /// <summary>Lets it be there, because a relation needs it.</summary>
    public void Keep()
    {
        Result = Ours ?? Theirs;
        _decided.Add("");
    }

    private static JsonElement ValueOf(MergeConflict conflict, MergeDecision decision)
    {
        var value = decision.Choice switch
        {
            MergeChoice.Ours => conflict.Ours,
            MergeChoice.Theirs => conflict.Theirs,
            MergeChoice.Remove => default,
            _ => decision.Value,
        };
        return conflict.Property is not null || value.ValueKind == JsonValueKind.String
            ? value
            : throw new ArgumentException(
                $"'{conflict.Path}' of {conflict.Kind.ToName()} '{conflict.Id}' must be text.", nameof(decision));
    }

    private EntityState? Merge(MergeRules rules)
    {
        if (!TheirsChanged || EntityState.AreSame(Ours, Theirs))
        {
            return Ours;
        }

        if (!OursChanged)
        {
            return Theirs;
        }

        if (Ours is null || Theirs is null)
        {
            _conflicts.Add("", MergeConflictReason.Removed);
            return Ours;
        }

        if (Base is null)
        {
            _conflicts.Add("", MergeConflictReason.Created);
            return Ours;
        }

        var merged = Ours;
        foreach (var path in Ours.Values.Keys.Union(Theirs.Values.Keys, StringComparer.Ordinal))
        {
            merged = Merge(merged, path, rules.IsDeep(Ours.Type, EntityState.PropertyAt(path)));
        }

        return merged;
    }

    private EntityState Merge(EntityState merged, string path, bool isDeep)
    {
        var (ours, theirs) = (Ours![path], Theirs![path]);
        if (AreSame(ours, theirs) || _bases.All(b => AreSame(b?[path] ?? default, theirs)))
        {
            return merged;
        }

        if (_bases.All(b => AreSame(b?[path] ?? default, ours)))
        {
            return merged.With(path, theirs);
        }

        if (isDeep && ours.ValueKind == JsonValueKind.Object && theirs.ValueKind == JsonValueKind.Object)
        {
            return ours.EnumerateObject().Concat(theirs.EnumerateObject()).Select(m => m.Name).Distinct(StringComparer.Ordinal)
                .Aggregate(merged, (state, name) => Merge(state, JsonPointer.Append(path, name), isDeep: true));
        }

        _conflicts.Add(path, path == EntityState.TypePath ? MergeConflictReason.Retyped : MergeConflictReason.Set);
        return merged;
    }

    private static bool AreSame(JsonElement a, JsonElement b) => JsonEquality.Instance.Equals(a, b);
}
