namespace Ledger.Worlds;

/// <summary>Checks events before an append, in order: finds the objects that must exist for all of them to apply.</summary>
/// <remarks>
/// Only patches depend on the world, and only on whether the object exists; an object that an earlier
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

    /// <summary>Creates a batch from the events to append.</summary>
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

    /// <summary>The first event that cannot be applied to the world; null if all can.</summary>
    /// <param name="present">The needed objects that exist.</param>
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

    /// <summary>The condition and the effect of an event.</summary>
    /// <param name="Index">The event's place.</param>
    /// <param name="Id">The object's id.</param>
    /// <param name="Missing">The fault if the object does not exist; null if it need not exist.</param>
    /// <param name="Refusal">The fault of the event itself, or null.</param>
    /// <param name="Makes">Whether the object exists after the event; null if the event does not change that.</param>
    private sealed record Check(
        int Index, string? Id, (WorldFault Fault, string Reason)? Missing, (WorldFault Fault, string Reason)? Refusal, bool? Makes);
}
