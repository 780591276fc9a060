namespace Ledger.Interop.ClaudeCode;

/// <summary>A line of thought of a session: the run itself, a continuation of an earlier message, or a subagent.</summary>
/// <param name="Id">The id of the run or branch.</param>
/// <param name="Start">The length of its history before its first event.</param>
internal sealed record ClaudeCodeBranch(string Id, long Start)
{
    /// <summary>The length of its history.</summary>
    public long Length { get; set; } = Start;

    /// <summary>The last event, which an entry without a parent follows.</summary>
    public IReadOnlyList<string> Last { get; set; } = [];

    /// <summary>Results of tools that no answer followed from yet.</summary>
    public List<string> Results { get; } = [];
}
