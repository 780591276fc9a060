namespace Ledger.Worlds;

/// <summary>Folds a history and collects the changes of one relation.</summary>
internal sealed class RelationBlameFold(string relationId, string? property)
{
    private readonly WorldFold _fold = new();
    private readonly List<RelationBlameEntry> _entries = [];

    public IReadOnlyList<RelationBlameEntry> Entries => _entries;

    /// <exception cref="WorldFaultException">The event cannot be applied.</exception>
    public void Apply(RecordedEvent recorded)
    {
        var isAsked = recorded.Type is "relation.created" or "relation.removed" && new WorldEventJson(recorded.Json).Id.Text == relationId;
        var before = isAsked ? _fold.FindRelation(relationId) : null;
        if (!_fold.Take(recorded))
        {
            return;
        }

        var after = isAsked ? _fold.FindRelation(relationId) : null;
        if ((before ?? after) is null
            || (property is not null && before?.Data.ContainsKey(property) != true && after?.Data.ContainsKey(property) != true))
        {
            return;
        }

        var kind = after is null ? BlameKind.Removed : before is null ? BlameKind.Created : BlameKind.Replaced;
        _entries.Add(new RelationBlameEntry(recorded, kind, before, after));
    }
}
