namespace Ledger.Explorer.Failures;

/// <summary>An error as an HTTP response.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Title">The kind of error; the same text for every error of a kind.</param>
/// <param name="Detail">What happened, to which thing, and what to do.</param>
internal sealed record Failure(int Status, string Title, string Detail)
{
    /// <summary>Facts in addition to the text, such as the expected and the actual version.</summary>
    public IReadOnlyDictionary<string, object?> Facts { get; init; } = new Dictionary<string, object?>();
}
