using System.Text.Json;

namespace Ledger.Worlds;

/// <summary>Folds a history and collects the changes of one object.</summary>
/// <param name="objectId">The object.</param>
/// <param name="property">One of its properties, or null for the whole.</param>
/// <param name="before">The world before the first event, which has the object alone; null for the empty one.</param>
internal sealed class BlameFold(string objectId, string? property, World? before = null)
{
    private readonly WorldFold _fold = before is null ? new() : new(before);
    private readonly List<BlameEntry> _entries = [];

    public IReadOnlyList<BlameEntry> Entries => _entries;

    public void Apply(RecordedEvent recorded)
    {
        if (recorded.Type is not ("object.created" or "object.patched" or "object.removed"))
        {
            _fold.Apply(recorded);
            return;
        }

        var json = new WorldEventJson(recorded.Json);
        var isAsked = json.Id.Text == objectId;
        var before = isAsked ? _fold.FindObject(objectId) : null;
        if (!_fold.Take(recorded))
        {
            return;
        }

        var after = isAsked ? _fold.FindObject(objectId) : null;
        var kind = recorded.Type switch
        {
            "object.removed" => BlameKind.Removed,
            "object.patched" => BlameKind.Patched,
            _ => before is null ? BlameKind.Created : BlameKind.Replaced,
        };
        if ((before ?? after) is not null && (property is null || Touches(kind, json.Patch, before, after)))
        {
            _entries.Add(new BlameEntry(recorded, kind, before, after));
        }
    }

    private bool Touches(BlameKind kind, JsonElement patch, WorldObject? before, WorldObject? after) => kind == BlameKind.Patched
        ? patch.ValueKind == JsonValueKind.Object && patch.TryGetProperty(property!, out _)
        : before?.Data.ContainsKey(property!) == true || after?.Data.ContainsKey(property!) == true;
}
