namespace Ledger.Interop.ClaudeCode;

/// <summary>An entry of a session that others may follow.</summary>
/// <param name="Branch">The number of its branch.</param>
/// <param name="Length">The length of that branch's history after its events.</param>
/// <param name="Ends">The events that an entry after it follows from.</param>
/// <param name="MessageId">The id of the model's message that it is part of, or null.</param>
/// <param name="Hash">Tells whether an entry with its id is the same.</param>
internal sealed record ClaudeCodeNode(int Branch, long Length, IReadOnlyList<string> Ends, string? MessageId, Guid Hash)
{
    /// <summary>Whether an entry continues it already, so that the next one that does is a branch.</summary>
    public bool IsContinued { get; set; }
}
