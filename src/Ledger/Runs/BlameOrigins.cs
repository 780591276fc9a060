using System.Text.Json;
using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>Finds the events of merged histories that the events of a merge took their values from.</summary>
/// <remarks>They are among the causes, the newest first, for a property only those that set it or took it away; one more look-up, if the events have any.</remarks>
internal sealed class BlameOrigins(EventLookup lookup)
{
    public async Task<Func<RecordedEvent, IReadOnlyList<RecordedEvent>>> FindAsync(
        EntityKind kind,
        string id,
        string? property,
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
        return recorded =>
        {
            var found = recorded.Metadata.Causes.Where(origins.ContainsKey).Select(c => origins[c]).OrderByDescending(e => e.Sequence).ToList();

            // What makes or removes the whole can take a property away without naming it.
            return property is null ? found
                : found.Where(e => Names(e, property)).ToList() is [_, ..] setters ? setters
                : [.. found.Where(e => e.Type != "object.patched")];
        };
    }

    private static bool Names(RecordedEvent recorded, string property)
    {
        var json = new WorldEventJson(recorded.Json);
        var values = recorded.Type == "object.patched" ? json.Patch : json.Data;
        return values.ValueKind == JsonValueKind.Object && values.TryGetProperty(property, out _);
    }
}
