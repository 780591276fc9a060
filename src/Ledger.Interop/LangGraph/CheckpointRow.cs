namespace Ledger.Interop.LangGraph;

/// <summary>Names a checkpoint of a thread.</summary>
/// <param name="Namespace">Its namespace: empty for the graph, else the nodes and tasks that lead to a graph in it.</param>
/// <param name="Id">Its id, which begins with the time.</param>
internal readonly record struct CheckpointKey(string Namespace, string Id);

/// <summary>A row of the table of checkpoints.</summary>
/// <param name="Key">Which.</param>
/// <param name="Parent">The id of the checkpoint that it follows, or null.</param>
/// <param name="Checkpoint">The state of the graph.</param>
/// <param name="Metadata">Why it was made.</param>
internal sealed record CheckpointRow(CheckpointKey Key, string? Parent, CheckpointValue Checkpoint, CheckpointValue Metadata);

/// <summary>What a task wrote to a channel after a checkpoint.</summary>
/// <param name="Key">The checkpoint.</param>
/// <param name="Task">The task.</param>
/// <param name="Index">Its order among those of the task; negative for errors, interrupts and answers to them.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Value">The value.</param>
internal sealed record CheckpointWrite(CheckpointKey Key, string Task, long Index, string Channel, CheckpointValue Value);

/// <summary>The value of a channel in a version.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Version">The version.</param>
/// <param name="Value">The value.</param>
internal sealed record CheckpointBlob(string Namespace, string Channel, string Version, CheckpointValue Value);
