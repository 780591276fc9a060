using Ledger.Runs;
using Ledger.Worlds;

namespace Ledger.Explorer.Merging;

/// <summary>A merge to be decided; only the form if a side is missing.</summary>
internal sealed record MergeModel
{
    /// <summary>The most conflicts shown, so that a form has fewer values than servers take.</summary>
    public const int MostConflicts = 300;

    /// <summary>The most changes shown.</summary>
    public const int MostChanges = 200;

    public required StreamName? Target { get; init; }

    public required StreamName? Source { get; init; }

    public MergePreview? Preview { get; init; }

    /// <summary>Whether decisions were sent and more are needed.</summary>
    public bool IsRefused { get; init; }

    /// <summary>The conflicts, decided and open, each with what is taken, in their order.</summary>
    public IReadOnlyList<(MergeConflict Conflict, string? Take)> Rows => Preview is null ? [] :
    [
        .. Preview.Decisions.Select(d => (d.Key, (string?)d.Value.Choice.ToName())).Concat(Preview.Conflicts.Select(c => (c, (string?)null)))
            .OrderBy(r => r.Item1.Kind).ThenBy(r => r.Item1.Id, StringComparer.Ordinal).ThenBy(r => r.Item1.Path, StringComparer.Ordinal),
    ];
}
