using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>A merge was refused because conflicts are open.</summary>
public sealed class MergeConflictException : Exception
{
    internal MergeConflictException(MergePreview preview)
        : base($"'{preview.Source}' cannot be merged into '{preview.Target}': {Counted(preview.Conflicts)} open. Nothing was written; "
            + "decide them by a resolver and merge again.") => Preview = preview;

    /// <summary>The whole preview.</summary>
    public MergePreview Preview { get; }

    /// <summary>The open conflicts.</summary>
    public IReadOnlyList<MergeConflict> Conflicts => Preview.Conflicts;

    private static string Counted(IReadOnlyList<MergeConflict> conflicts) => conflicts.Count == 1
        ? $"a conflict on {conflicts[0].Kind.ToName()} '{conflicts[0].Id}' is"
        : $"{conflicts.Count} conflicts are";
}
