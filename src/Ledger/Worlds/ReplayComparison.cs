using System.Text.Json;

namespace Ledger.Worlds;

/// <summary>What a replay found of one form in which a world is stored.</summary>
/// <param name="Form">The form: <c>snapshot</c> or <c>rows</c>.</param>
/// <param name="Stream">The stream that it is stored for: the run or branch, or an ancestor whose snapshot its reads start from.</param>
/// <param name="Position">The position that it stands for.</param>
/// <param name="Difference">The first value that differs; null where none does, or where the stored world cannot be read.</param>
/// <param name="Fault">Why reads do not use it, as a sentence; null where they do.</param>
public sealed record ReplayComparison(string Form, StreamName Stream, Position Position, WorldDifference? Difference, string? Fault)
{
    /// <summary>Whether the stored world is the one that the log gives.</summary>
    public bool IsSame => Difference is null && Fault is null;

    /// <summary>Writes <c>{form, stream, position, same, difference, fault}</c>.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("form", Form);
        writer.WriteString("stream", Stream.Value);
        writer.WriteNumber("position", Position.Value);
        writer.WriteBoolean("same", IsSame);
        writer.WritePropertyName("difference");
        if (Difference is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            Difference.WriteTo(writer);
        }

        writer.WriteString("fault", Fault);
        writer.WriteEndObject();
    }
}
