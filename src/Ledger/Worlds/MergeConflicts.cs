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

        // A decision can keep the end of another relation, or show another lost end; each end of a place is asked about once.
        var asked = new HashSet<(EntityKind, string, string Path, string End)>();
        while (merge.FindLostEnds().Where(c => !asked.Contains(EndOf(c))).ToList() is [_, ..] found)
        {
            foreach (var conflict in found)
            {
                if (merge.IsLost(conflict) && asked.Add(EndOf(conflict)))
                {
                    await AskAsync(DescribedLostEnd(conflict), cancellationToken).ConfigureAwait(false);
                }
            }
        }

        // What is lost now was not decided, or against another decision. What was open is none any more if another decision kept its end.
        var lost = merge.FindLostEnds().Select(DescribedLostEnd).ToDictionary(c => c.Key);
        _decided.RemoveAll(d => lost.ContainsKey(d.Key.Key));
        _open = [.. _open.Where(c => c.Reason != MergeConflictReason.LostEnd).Concat(lost.Values)
            .OrderBy(c => c.Kind).ThenBy(c => c.Id, CodePointComparer.Instance).ThenBy(c => c.Path, CodePointComparer.Instance)];
    }

    private (EntityKind, string, string Path, string End) EndOf(MergeConflict lostEnd) => (lostEnd.Kind, lostEnd.Id, lostEnd.Path, merge.EndOf(lostEnd));

    private async ValueTask AskAsync(MergeConflict conflict, CancellationToken cancellationToken)
    {
        if (await decide(conflict, cancellationToken).ConfigureAwait(false) is { } decision)
        {
            merge.Decide(conflict, decision);
            if (conflict.Reason == MergeConflictReason.LostEnd)
            {
                _decided.RemoveAll(d => d.Key.Key == conflict.Key);
            }

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
