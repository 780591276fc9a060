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
    private readonly Dictionary<string, Dispute> _conflicts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _unwritten = new(StringComparer.Ordinal);
    private readonly HashSet<string> _decided = new(StringComparer.Ordinal);
    private readonly HashSet<(string Path, string End)> _dangling = [];
    private EntityState? _result;

    public MergeItem(EntityKind kind, string id, IReadOnlyList<EntityState?> bases, EntityState? ours, EntityState? theirs, MergeRules rules)
    {
        Kind = kind;
        Id = id;
        _bases = bases;
        Ours = ours;
        Theirs = theirs;
        OursChanged = bases.Any(b => !EntityState.AreSame(b, ours));
        TheirsChanged = bases.Any(b => !EntityState.AreSame(b, theirs));
        _result = Merge(rules);
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
    public EntityState? Result
    {
        get
        {
            if (_unwritten.Count > 0)
            {
                _result = _result!.With(_unwritten);
                _unwritten.Clear();
            }

            return _result;
        }

        private set
        {
            _unwritten.Clear();
            _result = value;
        }
    }

    public bool HasConflicts => _conflicts.Count > 0;

    public bool HasOpenConflicts => _conflicts.Keys.Any(path => !_decided.Contains(path));

    /// <summary>The places that a decision was made about.</summary>
    public IReadOnlySet<string> Decided => _decided;

    /// <summary>Its conflicts by place.</summary>
    public IEnumerable<MergeConflict> Conflicts =>
        _conflicts.OrderBy(c => c.Key, CodePointComparer.Instance).Select(c => c.Key.Length == 0
            ? Whole(c.Value.Reason, "")
            : new MergeConflict(Kind, Id, Ours!.Type, c.Value.Reason, c.Key) { Base = c.Value.Base, Ours = c.Value.Ours, Theirs = c.Value.Theirs });

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
            _unwritten[path] = ValueOf(conflict, decision);
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
        Result = state is null ? null : Result!.With([KeyValuePair.Create(path, state[path])]);
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
            _conflicts.Add("", new Dispute(MergeConflictReason.Removed));
            return Ours;
        }

        if (Base is null)
        {
            _conflicts.Add("", new Dispute(MergeConflictReason.Created));
            return Ours;
        }

        foreach (var path in Ours.Values.Keys.Union(Theirs.Values.Keys, StringComparer.Ordinal))
        {
            Merge(path, Ours[path], Theirs[path], [.. _bases.Select(b => b?[path] ?? default)], EntityState.PropertyAt(path) is { } property && rules.IsDeep(Ours.Type, property));
        }

        return Ours;
    }

    private void Merge(string path, JsonElement ours, JsonElement theirs, JsonElement[] bases, bool isDeep)
    {
        if (AreSame(ours, theirs) || bases.All(b => AreSame(b, theirs)))
        {
            return;
        }

        if (bases.All(b => AreSame(b, ours)))
        {
            _unwritten.Add(path, theirs);
        }
        else if (isDeep && ours.ValueKind == JsonValueKind.Object && theirs.ValueKind == JsonValueKind.Object)
        {
            var (inOurs, inTheirs) = (JsonEquality.MembersOf(ours), JsonEquality.MembersOf(theirs));
            var inBases = bases.Select(b => b.ValueKind == JsonValueKind.Object ? JsonEquality.MembersOf(b) : []).ToList();
            foreach (var name in inOurs.Keys.Union(inTheirs.Keys, StringComparer.Ordinal))
            {
                Merge(
                    JsonPointer.Append(path, name),
                    inOurs.GetValueOrDefault(name),
                    inTheirs.GetValueOrDefault(name),
                    [.. inBases.Select(b => b.GetValueOrDefault(name))],
                    isDeep: true);
            }
        }
        else
        {
            _conflicts.Add(path, new Dispute(path == EntityState.TypePath ? MergeConflictReason.Retyped : MergeConflictReason.Set, bases[0], ours, theirs));
        }
    }

    private static bool AreSame(JsonElement a, JsonElement b) => JsonEquality.Instance.Equals(a, b);

    private readonly record struct Dispute(MergeConflictReason Reason, JsonElement Base = default, JsonElement Ours = default, JsonElement Theirs = default);
}
