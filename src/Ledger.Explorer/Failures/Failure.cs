using Ledger.Runs;

namespace Ledger.Explorer.Failures;

/// <summary>An error as an HTTP response.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Title">The kind of error; the same text for every error of a kind.</param>
/// <param name="Detail">What happened, to which thing, and what to do.</param>
internal sealed record Failure(int Status, string Title, string Detail)
{
    /// <summary>The kind of error for programs, one of <see cref="FailureCodes"/>.</summary>
    public string Code { get; init; } = FailureCodes.Bug;

    /// <summary>Facts in addition to the text, such as the expected and the actual version.</summary>
    public FailureFacts Facts { get; init; } = new();
}

/// <summary>The facts of a failure, as far as it has them.</summary>
internal sealed record FailureFacts
{
    public string? Stream { get; init; }

    public long? Expected { get; init; }

    public long? Actual { get; init; }

    public long? Length { get; init; }

    public long? Position { get; init; }

    public string? Reason { get; init; }

    public MergePreview? Merge { get; init; }

    public CherryPickPreview? Pick { get; init; }
}
