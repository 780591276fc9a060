using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>Finds the events of merged histories that the events of a merge took their values from.</summary>
/// <remarks>They are among the causes; one more look-up, if the events have any.</remarks>
internal sealed class BlameOrigins(EventLookup lookup)
{
    public async Task<Func<RecordedEvent, IReadOnlyList<RecordedEvent>>> FindAsync(
        EntityKind kind,
        string id,
        IEnumerable<RecordedEvent> events,
        CancellationToken cancellationToken)
    {
        var causes = events.SelectMany(e => e.Metadata.Causes).ToHashSet();
        if (causes.Count == 0)
        {
            return _ => [];
        }

        var prefix = kind.ToName() + ".";
        var origins = (await lookup.FindAsync(causes, cancellationToken).ConfigureAwait(false))
            .Where(e => e.Position is null && e.Type.StartsWith(prefix, StringComparison.Ordinal) && new WorldEventJson(e.Json).Id.Text == id)
            .ToDictionary(e => e.Id);
        return recorded => [.. recorded.Metadata.Causes.Where(origins.ContainsKey).Select(c => origins[c])];
    }
}
