using System.Text.Json.Nodes;

namespace Ledger.Interop.LangGraph;

/// <summary>A checkpoint that others may follow.</summary>
/// <param name="Place">Its line.</param>
/// <param name="Track">The number of its track.</param>
/// <param name="Length">The length of that track's history after the events of the state.</param>
/// <param name="Last">The last of these events.</param>
/// <param name="State">The state of the graph and of the conversation.</param>
internal sealed record LangGraphNode(LinePlace Place, int Track, long Length, string Last, LangGraphState State)
{
    /// <summary>The tasks that ran after it, with the channels that each wrote to; the values are in the checkpoint that follows.</summary>
    public required JsonArray Tasks { get; init; }

    /// <summary>Whether a checkpoint of the same graph follows it, so that the next one that does is a branch, and its writes are in that one.</summary>
    public bool IsContinued { get; set; }
}
