using Ledger.Explorer.Chat;
using Ledger.Explorer.Worlds;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Exporting;

/// <summary>A run or branch as one file.</summary>
internal sealed record RunFileModel
{
    /// <summary>The most events of a file.</summary>
    public const int MostEvents = 10_000;

    /// <summary>The most bytes of HTML that the data of its events takes; the first event, which is cut as others are, is always in it.</summary>
    public const long MostBytes = 32 * 1024 * 1024;

    public required StreamInfo Stream { get; init; }

    public required BranchInfo? Branch { get; init; }

    public required Position Length { get; init; }

    /// <summary>How it is doing; null if that is not known.</summary>
    public required RunSummary? Summary { get; init; }

    /// <summary>The timeline as SVG, without links.</summary>
    public required string Timeline { get; init; }

    /// <summary>What was said.</summary>
    public required IReadOnlyList<ChatTurn> Turns { get; init; }

    /// <summary>The events from the first one on.</summary>
    public required IReadOnlyList<FileEvent> Events { get; init; }

    /// <summary>The world at the end.</summary>
    public required WorldExtract World { get; init; }

    /// <summary>Whether it has more events than the file.</summary>
    public bool IsCut => Events.Count < Length.Value;
}
