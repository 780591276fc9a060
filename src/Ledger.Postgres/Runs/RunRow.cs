using System.Text.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Postgres.Runs;

/// <summary>A stream with the state of its summary.</summary>
/// <param name="stream">The stream.</param>
/// <param name="version">The number of its events.</param>
/// <param name="state">The state as it was stored; null for none.</param>
/// <param name="lineage">What it shares with its ancestors; empty for a run.</param>
internal sealed class RunRow(StreamName stream, long version, RunState? state, IReadOnlyList<LineageSegment>? lineage)
{
    public StreamName Stream => stream;

    public long Version => version;

    public bool IsArchived { get; init; }

    /// <summary>Whether its row has what rules of the application say that this program does not have: others keep it up to date.</summary>
    public bool IsForeign { get; init; }

    /// <summary>What a branch shares; null for a run.</summary>
    public IReadOnlyList<LineageSegment>? Lineage => lineage;

    /// <summary>The state so far; null where nothing was stored.</summary>
    public RunState? State { get; set; } = state;

    /// <summary>How many events the summary lacks.</summary>
    public long Missing => version - (State?.Version ?? 0);

    public RunSummary ToSummary(DateTimeOffset now) =>
        RunSummaries.Of(stream, State!, now) with { State = IsArchived ? StreamState.Archived : StreamState.Open };

    /// <summary>Writes the row as the query takes it.</summary>
    public void WriteTo(Utf8JsonWriter writer, string rules)
    {
        var state = State!;
        var now = RunSummaries.Of(stream, state, DateTimeOffset.MinValue);
        var own = now.OwnUsage;
        writer.WriteStartObject();
        writer.WriteString("stream", stream.Value);
        writer.WriteNumber("version", state.Version);
        writer.WriteString("rules", rules);
        writer.WriteString("status", NameOf(now.Status));
        writer.WriteString("later_status", NameOf(RunSummaries.Of(stream, state, DateTimeOffset.MaxValue).Status));
        WriteText(writer, "waits_for", now.WaitsFor?.ToString().ToLowerInvariant());
        if (now.WaitsUntil is { } until)
        {
            writer.WriteString("waits_until", until);
        }

        WriteText(writer, "title", now.Title);
        WriteText(writer, "model", state.Model);
        WriteText(writer, "error", now.Error);
        writer.WriteStartArray("labels");
        foreach (var label in state.Labels)
        {
            writer.WriteStringValue(label);
        }

        writer.WriteEndArray();
        writer.WriteString("started_at", state.StartedAt);
        writer.WriteString("updated_at", state.UpdatedAt);
        writer.WriteNumber("duration", now.Duration.Ticks / TimeSpan.TicksPerMicrosecond);
        writer.WriteNumber("length", now.Length.Value);
        writer.WriteNumber("model_calls", state.ModelCalls);
        writer.WriteNumber("tool_calls", state.ToolCalls);
        writer.WriteNumber("failed_calls", own.Failed);
        writer.WriteNumber("tokens", own.Tokens);
        writer.WriteNumber("whole_tokens", now.Usage.Whole.Tokens);
        writer.WriteNumber("cost_usd", own.CostUsd);
        writer.WriteNumber("whole_cost_usd", now.Usage.Whole.CostUsd);
        writer.WriteStartArray("keys");
        foreach (var key in RunKeys.Of(stream, now.Title, now.Error, state.Model, state.Labels))
        {
            writer.WriteNumberValue(key);
        }

        writer.WriteEndArray();
        writer.WritePropertyName("state");
        JsonSerializer.Serialize(writer, state, RunStateContext.Default.RunState);
        writer.WriteEndObject();
    }

    /// <summary>A status as the rows have it.</summary>
    public static string NameOf(RunStatus status) => status.ToString().ToLowerInvariant();

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
