using Ledger.Runs;

namespace Ledger.Parquet;

/// <summary>A call, as its request and its answer state it.</summary>
/// <param name="Kind"><c>llm</c>, <c>tool</c>, or the word that the application has for it.</param>
/// <param name="Status"><c>answered</c>, <c>failed</c>, <c>reused</c>, <c>released</c> or <c>open</c>.</param>
/// <param name="Request">The event of the request, or null if the history has none.</param>
/// <param name="Answer">The event of the answer, failure or release, or null.</param>
internal sealed record CallRow(string Kind, string Status, RecordedEvent? Request, RecordedEvent? Answer)
{
    /// <summary>What the answer states about usage and cost.</summary>
    public CallCost Cost { get; } = Answer is { } answer && Status != "reused" ? CallCost.Of(answer) : CallCost.Unknown;

    /// <summary>The event that is known of both.</summary>
    public RecordedEvent Known => Answer ?? Request!;
}
