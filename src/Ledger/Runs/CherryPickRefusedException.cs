using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>A cherry-pick was refused because events lack causes that were not chosen, or because conflicts are open.</summary>
public sealed class CherryPickRefusedException : Exception
{
    internal CherryPickRefusedException(CherryPickPreview preview)
        : base($"Events of '{preview.Source}' cannot be picked into '{preview.Target}': {ReasonOf(preview)}") => Preview = preview;

    /// <summary>The whole preview.</summary>
    public CherryPickPreview Preview { get; }

    private static string ReasonOf(CherryPickPreview preview) => (preview.Missing, preview.Conflicts) switch
    {
        ([var only], _) => $"they follow from '{only.Id}', which was not chosen. Nothing was written; choose it too, or include causes.",
        ([var first, ..] many, _) =>
            $"they follow from {many.Count} events that were not chosen, such as '{first.Id}'. Nothing was written; choose them too, or include causes.",
        (_, [var only]) => $"a conflict on {only.Kind.ToName()} '{only.Id}' is open. Nothing was written; decide it by a resolver and pick again.",
        (_, var conflicts) => $"{conflicts.Count} conflicts are open. Nothing was written; decide them by a resolver and pick again.",
    };
}
