namespace Ledger.Records;

/// <summary>A filter on records; by default, the active ones.</summary>
public sealed record ChronoQuery
{
    private const double RagConfidence = 0.6;

    /// <summary>Only records of this kind. Default: null, which means all, like the empty text.</summary>
    public string? Kind { get; init; }

    /// <summary>Only records with this status; the empty text means all. Default: <c>active</c>.</summary>
    public string Status { get; init; } = "active";

    /// <summary>Only records certain enough to put into a prompt, with a confidence of 0.6 or more, in addition to the status. Default: false.</summary>
    public bool RagFilter { get; init; }

    /// <summary>Only records with at least this confidence; a confidence below zero is never given. Default: 0.</summary>
    public double MinConfidence { get; init; }

    /// <summary>The least confidence that everything set here asks for together.</summary>
    public double LeastConfidence => Math.Max(MinConfidence, RagFilter ? RagConfidence : 0);

    /// <summary>Whether a record matches.</summary>
    public bool Matches(ChronoRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return (Status.Length == 0 || record.Status == Status)
            && (string.IsNullOrEmpty(Kind) || record.Kind == Kind)
            && !(record.Confidence.Value < LeastConfidence);
    }
}
