using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>Takes the conflicts of a merge to what decides them, and keeps which are decided and which are open.</summary>
/// <param name="merge">The merge.</param>
/// <param name="ours">The events of ours that set what is disputed.</param>
/// <param name="theirs">The events of theirs.</param>
/// <param name="decide">Decides a conflict, or returns null.</param>
internal sealed class MergeConflicts(
    WorldMerge merge,
    EntitySetters ours,
    EntitySetters theirs,
    Func<MergeConflict, CancellationToken, ValueTask<MergeDecision?>> decide)
{
    private readonly List<KeyValuePair<MergeConflict, MergeDecision>> _decided = [];
    private List<MergeConflict> _open = [];

    public IReadOnlyList<MergeConflict> Open => _open;

    public IReadOnlyList<KeyValuePair<MergeConflict, MergeDecision>> Decided => _decided;

    public async Task DecideAsync(CancellationToken cancellationToken)
    {
        foreach (var conflict in merge.ValueConflicts)
        {
            await AskAsync(Described(conflict), cancellationToken).ConfigureAwait(false);
        }

        // Keeping an end, or the relation of one side, can show another lost end; each is asked about once.
        var asked = new HashSet<(EntityKind, string, MergeConflictReason, string)>();
        while (merge.FindLostEnds().Where(c => asked.Add(c.Key)).ToList() is [_, ..] found)
        {
            foreach (var conflict in found.Select(DescribedLostEnd).ToList())
            {
                await AskAsync(conflict, cancellationToken).ConfigureAwait(false);
            }
        }

        // One that was open is none any more if another decision kept its end.
        var lost = merge.FindLostEnds().Select(c => c.Key).ToHashSet();
        _open = [.. _open.Where(c => c.Reason != MergeConflictReason.LostEnd || lost.Contains(c.Key))
            .OrderBy(c => c.Kind).ThenBy(c => c.Id, CodePointComparer.Instance).ThenBy(c => c.Path, CodePointComparer.Instance)];
    }

    private async ValueTask AskAsync(MergeConflict conflict, CancellationToken cancellationToken)
    {
        if (await decide(conflict, cancellationToken).ConfigureAwait(false) is { } decision)
        {
            merge.Decide(conflict, decision);
            _decided.Add(KeyValuePair.Create(conflict, decision));
        }
        else
        {
            _open.Add(conflict);
        }
    }

    private MergeConflict Described(MergeConflict conflict) => With(
        conflict,
        ours.Find(conflict.Kind, conflict.Id, conflict.Path),
        theirs.Find(conflict.Kind, conflict.Id, conflict.Path));

    private MergeConflict DescribedLostEnd(MergeConflict conflict)
    {
        var (end, byOurs) = (merge.EndOf(conflict), merge.IsLostByOurs(conflict));
        return With(
            conflict,
            byOurs ? ours.Find(EntityKind.WorldObject, end, "") : ours.Find(EntityKind.Relation, conflict.Id, conflict.Path),
            byOurs ? theirs.Find(EntityKind.Relation, conflict.Id, conflict.Path) : theirs.Find(EntityKind.WorldObject, end, ""));
    }

    private static MergeConflict With(MergeConflict conflict, EntitySetter? our, EntitySetter? their) => conflict with
    {
        OurEvent = our?.EventId,
        OurActor = our?.Actor,
        TheirEvent = their?.EventId,
        TheirActor = their?.Actor,
    };
}
