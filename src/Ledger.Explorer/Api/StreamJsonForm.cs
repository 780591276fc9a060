using System.Text.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Api;

/// <summary>Runs and branches as the API writes them.</summary>
internal static class StreamJsonForm
{
    public static void WriteMembers(Utf8JsonWriter writer, StreamInfo stream)
    {
        writer.WriteString("stream", stream.Name.Value);
        writer.WriteString("id", stream.Name.Id);
        writer.WriteNumber("version", stream.Version.Value);
        writer.WriteString("state", stream.State == StreamState.Archived ? "archived" : "open");
        writer.WriteString("created_at", stream.CreatedAt);
        writer.WriteString("updated_at", stream.UpdatedAt);
    }

    public static void WriteMembers(Utf8JsonWriter writer, BranchInfo branch)
    {
        writer.WriteString("branch_id", branch.Stream.Id);
        writer.WriteString("stream", branch.Stream.Value);
        writer.WriteString("parent", branch.Parent.Value);
        writer.WriteString("root", branch.Root.Value);
        writer.WriteNumber("fork_position", branch.ForkPosition.Value);
        writer.WriteString("name", branch.Name);
        writer.WriteString("created_at", branch.CreatedAt);
    }

    public static void WriteUsage(Utf8JsonWriter writer, RunUsage usage)
    {
        writer.WritePropertyName("usage");
        usage.Whole.WriteTo(writer);
        if (usage.SinceFork is { } own)
        {
            writer.WritePropertyName("usage_since_fork");
            own.WriteTo(writer);
        }
    }
}
