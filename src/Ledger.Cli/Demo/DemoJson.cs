using System.Text.Json;

namespace Ledger.Cli.Demo;

/// <summary>A demo as one JSON document.</summary>
internal static class DemoJson
{
    /// <summary>Writes <c>{folder, run_id, branch_id, fork_position, run_length, branch_length, run_phases, branch_phases, counts, diff, next}</c>.</summary>
    public static void Write(Utf8JsonWriter writer, DemoResult result, IReadOnlyList<string> next)
    {
        writer.WriteStartObject();
        writer.WriteString("folder", result.Folder);
        writer.WriteString("run_id", result.Run.Id);
        writer.WriteString("branch_id", result.Branch.Id);
        writer.WriteNumber("fork_position", result.ForkPosition.Value);
        writer.WriteNumber("run_length", result.RunWorld.Position.Value);
        writer.WriteNumber("branch_length", result.BranchWorld.Position.Value);
        WritePhases(writer, "run_phases", result.RunPhases);
        WritePhases(writer, "branch_phases", result.BranchPhases);
        writer.WriteStartArray("counts");
        foreach (var count in WorldCount.Of(result.RunWorld, result.BranchWorld))
        {
            writer.WriteStartObject();
            writer.WriteString("what", count.What);
            writer.WriteNumber("run", count.First);
            writer.WriteNumber("branch", count.Second);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WritePropertyName("diff");
        result.Diff.WriteTo(writer);
        writer.WriteStartArray("next");
        foreach (var command in next)
        {
            writer.WriteStringValue(command);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WritePhases(Utf8JsonWriter writer, string name, IReadOnlyList<PhaseSummary> phases)
    {
        writer.WriteStartArray(name);
        foreach (var phase in phases)
        {
            writer.WriteStartObject();
            writer.WriteString("phase", phase.Phase);
            writer.WriteNumber("from", phase.From.Value);
            writer.WriteNumber("events", phase.Events);
            writer.WriteString("text", phase.Text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
