using System.Text.Json;

namespace Ledger.Cli.Demo;

/// <summary>A demo as one JSON document.</summary>
internal static class DemoJson
{
    /// <summary>Writes <c>{run_id, branch_id, fork_position, run_length, branch_length, run_phases, branch_phases, diff, run_usage, branch_usage, next}</c>.</summary>
    public static void Write(Utf8JsonWriter writer, DemoResult result, IReadOnlyList<string> next)
    {
        writer.WriteStartObject();
        writer.WriteString("run_id", result.Run.Id);
        writer.WriteString("branch_id", result.Branch.Id);
        writer.WriteNumber("fork_position", result.ForkPosition.Value);
        writer.WriteNumber("run_length", result.RunWorld.Position.Value);
        writer.WriteNumber("branch_length", result.BranchWorld.Position.Value);
        WritePhases(writer, "run_phases", result.RunPhases);
        WritePhases(writer, "branch_phases", result.BranchPhases);
        writer.WritePropertyName("diff");
        result.Diff.WriteTo(writer);
        writer.WritePropertyName("run_usage");
        result.RunUsage.Whole.WriteTo(writer);
        writer.WritePropertyName("branch_usage");
        result.BranchUsage.SinceFork!.WriteTo(writer);
        writer.WriteStartArray("next");
        foreach (var command in next)
        {
            writer.WriteStringValue(command);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WritePhases(Utf8JsonWriter writer, string name, IReadOnlyList<DemoPhase> phases)
    {
        writer.WriteStartArray(name);
        foreach (var phase in phases)
        {
            writer.WriteStartObject();
            writer.WriteString("phase", phase.Name);
            writer.WriteNumber("from", phase.From.Value);
            writer.WriteNumber("events", phase.Events);
            writer.WriteString("outcome", phase.Outcome);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
