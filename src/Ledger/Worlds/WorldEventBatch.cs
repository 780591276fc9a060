namespace Ledger.Worlds;

/// <summary>Events that are to be appended, looked at in their order: what the world must have for all of them to apply.</summary>
/// <remarks>
/// Whether an event applies depends on the world for patches alone, and for them on whether the object is there; an object that an earlier
/// event of the same append creates or removes is not looked up.
/// </remarks>
internal sealed class WorldEventBatch
{
    private readonly List<Check> _checks = [];
    private readonly HashSet<string> _needed = new(StringComparer.Ordinal);

    private WorldEventBatch()
    {
    }

    /// <summary>The ids of the objects that patches need from the world.</summary>
    public IReadOnlyCollection<string> Needed => _needed;

    /// <summary>Takes what is to be written.</summary>
    /// <param name="events">The types and the JSON.</param>
    public static WorldEventBatch Of(IEnumerable<(string Type, ReadOnlyMemory<byte> Json)> events)
    {
        var batch = new WorldEventBatch();
        var (known, index) = (new HashSet<string>(StringComparer.Ordinal), 0);
        foreach (var (type, json) in events)
        {
            batch.Take(index++, type, json, known);
        }

        return batch;
    }

    /// <summary>The first event that the world does not take; null where it takes all.</summary>
    /// <param name="present">Those of the needed objects that are there.</param>
    public (int Index, WorldFault Fault, string Reason, string? ObjectId)? FindFault(IReadOnlySet<string> present)
    {
        var known = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var check in _checks)
        {
            var isThere = check.Id is { } id && (known.TryGetValue(id, out var changed) ? changed : present.Contains(id));
            if (check.Missing is { } missing && !isThere)
            {
                return (check.Index, missing.Fault, missing.Reason, check.Id);
            }

            if (check.Refusal is { } refusal)
            {
                return (check.Index, refusal.Fault, refusal.Reason, check.Id);
            }

            if (check.Makes is { } makes)
            {
                known[check.Id!] = makes;
            }
        }

        return null;
    }

    private void Take(int index, string type, ReadOnlyMemory<byte> utf8, HashSet<string> known)
    {
        if (type is not ("object.created" or "object.patched" or "object.removed" or "relation.created" or "relation.removed"))
        {
            return;
        }

        var json = new WorldEventJson(utf8);
        var refusal = type switch
        {
            "object.created" => WorldEventRules.CheckObject(json),
            "relation.created" => WorldEventRules.CheckRelation(json),
            _ => WorldEventRules.CheckId(json),
        };
        var id = type.StartsWith("object.", StringComparison.Ordinal) ? json.Id.Text : null;
        if (refusal is not null || id is null)
        {
            if (refusal is not null)
            {
                _checks.Add(new Check(index, id, null, refusal, null));
            }

            return;
        }

        if (type == "object.patched")
        {
            _checks.Add(new Check(index, id, WorldEventRules.UnknownObject(json), WorldEventRules.CheckMembers("patch", json.Patch), null));
            if (!known.Contains(id))
            {
                _needed.Add(id);
            }

            return;
        }

        known.Add(id);
        _checks.Add(new Check(index, id, null, null, type == "object.created"));
    }

    /// <summary>What must hold of an event, and what it does.</summary>
    /// <param name="Index">The event's place.</param>
    /// <param name="Id">The object's id.</param>
    /// <param name="Missing">What is wrong if the object is not there; null where it need not be.</param>
    /// <param name="Refusal">What is wrong with the event itself, or null.</param>
    /// <param name="Makes">Whether the object is there after it; null where the event does not change that.</param>
    private sealed record Check(
        int Index, string? Id, (WorldFault Fault, string Reason)? Missing, (WorldFault Fault, string Reason)? Refusal, bool? Makes);
}
