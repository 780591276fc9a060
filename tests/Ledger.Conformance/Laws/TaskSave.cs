namespace Ledger.Conformance.Laws;

/// <summary>What is saved at random.</summary>
public enum TaskSaveKind
{
    /// <summary>A task, new or changed.</summary>
    Task,

    /// <summary>A task that is a part of another.</summary>
    Subtask,

    /// <summary>A task over the state that was read.</summary>
    ExpectedTask,

    /// <summary>A message, perhaps of an id that there is.</summary>
    Message,

    /// <summary>A call, new or changed, perhaps of another task.</summary>
    Call,

    /// <summary>A call whose status may only move on.</summary>
    ForwardCall,

    /// <summary>A task with a message and a call.</summary>
    Batch,
}

/// <summary>One save, by small numbers, so that ids meet.</summary>
public sealed record TaskSave(TaskSaveKind Kind, int Id, int Task, int Other, int Time);
