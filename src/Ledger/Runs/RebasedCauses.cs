using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Maps the causes of events to those of the events that were written for them on another branch.</summary>
/// <remarks>
/// A cause that was not written again stays the original's: it is in what both share, or on the old branch, where a trace finds it. Causes by foreign ids become
/// causes by id, because a foreign id may mean another event on the new branch. If several events of the old
/// branch and its ancestors have the same foreign id, it stays with the one that it means there: the last. Not safe for concurrent use.
/// </remarks>
internal sealed class RebasedCauses(StreamName branch)
{
    private readonly Dictionary<Guid, Guid> _written = [];
    private CauseScope? _scope;
    private HashSet<Guid> _known = [];
    private HashSet<Guid> _named = [];

    /// <summary>Looks up what the events' foreign ids mean.</summary>
    public async Task LoadAsync(Run source, IReadOnlyList<RecordedEvent> events, CancellationToken cancellationToken)
    {
        var scope = _scope = new CauseScope(source.History);
        var foreign = events.Where(e => e.Metadata.ForeignCauses.Count > 0)
            .SelectMany(e => scope.CausesOf(CauseScope.LinksOf(e))).SelectMany(c => c.Candidates).ToHashSet();
        _named = [.. events.Where(e => e.Metadata.ForeignId is not null).GroupBy(e => e.Metadata.ForeignId).Select(g => g.Last().Id)];
        _known = [.. (await new EventLookup(source).FindAsync(foreign, cancellationToken).ConfigureAwait(false)).Select(e => e.Id)];
    }

    /// <summary>The metadata of the event that is written for another.</summary>
    /// <param name="original">The other event.</param>
    /// <param name="ordinal">Which of those that are written for it.</param>
    /// <param name="causes">Further causes: what decided conflicts had set.</param>
    public EventMetadata MetadataOf(RecordedEvent original, int ordinal, IReadOnlyList<Guid> causes)
    {
        var mapped = original.Metadata.Causes.Select(Mapped).ToList();
        var unknown = new List<string>();
        foreach (var (text, candidates) in _scope!.CausesOf(CauseScope.LinksOf(original)).Skip(mapped.Count))
        {
            if (candidates.Where(_known.Contains).Select(id => (Guid?)id).FirstOrDefault() is { } cause)
            {
                mapped.Add(Mapped(cause));
            }
            else
            {
                unknown.Add(text);
            }
        }

        return original.Metadata with
        {
            Causes = [.. mapped.Concat(causes.Where(c => c != original.Id)).Distinct()],
            ForeignCauses = unknown,
            ForeignId = ordinal == 0 && _named.Contains(original.Id) ? original.Metadata.ForeignId : null,
            OccurredAt = original.Metadata.OccurredAt ?? original.Timestamp,
        };
    }

    /// <summary>Notes what is written for an event.</summary>
    public void Add(RecordedEvent original, NewEvent written) => _written.TryAdd(original.Id, written.IdIn(branch));

    /// <summary>Notes which events the history that the branch begins at has already, and by which ids.</summary>
    public void Add(IReadOnlyDictionary<Guid, Guid> known)
    {
        foreach (var (original, copy) in known)
        {
            _written.TryAdd(original, copy);
        }
    }

    private Guid Mapped(Guid cause) => _written.GetValueOrDefault(cause, cause);
}
