using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>How a <see cref="MergeConflict"/> is decided.</summary>
/// <remarks>Immutable; equal when the choices and the texts of the values are.</remarks>
public sealed record MergeDecision
{
    private MergeDecision(MergeChoice choice, JsonElement value = default)
    {
        Choice = choice;
        Value = value;
    }

    /// <summary>The value of the history that is merged into. Of a lost end: the object is there if it is there, else the relation leads to where it does there.</summary>
    public static MergeDecision Ours { get; } = new(MergeChoice.Ours);

    /// <summary>The value of the history that is merged. Of a lost end: the object is there if it is there, else the relation leads to where it does there.</summary>
    public static MergeDecision Theirs { get; } = new(MergeChoice.Theirs);

    /// <summary>Neither: the property, the object or the relation is not there after the merge.</summary>
    public static MergeDecision Remove { get; } = new(MergeChoice.Remove);

    /// <summary>What is chosen.</summary>
    public MergeChoice Choice { get; }

    /// <summary>The value of <see cref="Set"/>; else undefined.</summary>
    public JsonElement Value { get; }

    /// <summary>Another value.</summary>
    /// <param name="value">The value; where the conflict is about a whole object or relation, its JSON as in <see cref="MergeConflict.Ours"/>.</param>
    /// <exception cref="ArgumentException">There is none, or no event can hold it: see <see cref="PayloadRules"/>.</exception>
    public static MergeDecision Set(JsonElement value) => value.ValueKind == JsonValueKind.Undefined
        ? throw new ArgumentException($"There is no value. {nameof(Remove)} takes it away.", nameof(value))
        : PayloadCheck.FaultOf(JsonMarshal.GetRawUtf8Value(value)) is { } fault
            ? throw new ArgumentException(fault.Sentence("the value"), nameof(value))
            : new MergeDecision(MergeChoice.Set, value);
}
