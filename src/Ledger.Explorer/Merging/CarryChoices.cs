using Ledger.Runs;

namespace Ledger.Explorer.Merging;

/// <summary>What people and programs choose for cherry-picks and rebases.</summary>
internal static class CarryChoices
{
    /// <summary>The ids of events that are named as people and files spell them.</summary>
    /// <exception cref="FormatException">The history has no such event.</exception>
    public static async Task<IReadOnlyList<Guid>> FindEventsAsync(Run source, IEnumerable<string?> names, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        foreach (var name in names)
        {
            var found = name is null
                ? throw new FormatException("An event must be text, but one is null.")
                : await source.FindEventAsync(name, cancellationToken).ConfigureAwait(false);
            ids.Add(found?.Id ?? throw new FormatException($"There is no event '{name}' in '{source.StreamName}'."));
        }

        return ids;
    }

    /// <exception cref="FormatException">The text is not one of the names.</exception>
    public static PickCauses CausesOf(string? text) => text switch
    {
        null or "ask" => PickCauses.Ask,
        "include" => PickCauses.Include,
        _ => throw new FormatException($"'causes' must be 'ask' or 'include', but was '{text}'."),
    };

    /// <exception cref="FormatException">The text is not one of the names.</exception>
    public static RebaseMode ModeOf(string? text) => text switch
    {
        null or "events" => RebaseMode.Events,
        "squash" => RebaseMode.Squash,
        _ => throw new FormatException($"'mode' must be 'events' or 'squash', but was '{text}'."),
    };
}
