namespace Ledger.Explorer.Failures;

/// <summary>A refusal as HTTP says it.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Title">What kind of refusal it is, always the same text for one kind.</param>
/// <param name="Detail">What happened, to which thing, and what to do.</param>
internal sealed record Failure(int Status, string Title, string Detail)
{
    /// <summary>Facts beside the text, such as the expected and the actual version.</summary>
    public IReadOnlyDictionary<string, object?> Facts { get; init; } = new Dictionary<string, object?>();
}
