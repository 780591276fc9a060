namespace Ledger.Explorer.Chat;

/// <summary>A part of a run as a conversation.</summary>
/// <param name="Stream">The run or branch.</param>
/// <param name="Length">The length of its history.</param>
/// <param name="From">The position at which the part begins.</param>
/// <param name="Turns">What was said.</param>
/// <param name="Next">The position to continue at; null at the end.</param>
/// <param name="IsRaw">Whether texts are shown as they were written, instead of as Markdown.</param>
internal sealed record ChatModel(StreamName Stream, Position Length, Position From, IReadOnlyList<ChatTurn> Turns, Position? Next, bool IsRaw);
