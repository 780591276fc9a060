using System.Text.Json;
using Ledger.Explorer.Projections;
using Ledger.Postgres.Projections.Daemon;

namespace Ledger.Explorer.Api;

/// <summary>Projections as the API writes them.</summary>
internal static class ProjectionJsonForm
{
    /// <summary>Writes <c>{shards, rebuilds}</c>.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<ShardStatus> shards, IReadOnlyList<Rebuild> rebuilds)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("shards");
        foreach (var shard in shards)
        {
            Write(writer, shard);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("rebuilds");
        foreach (var rebuild in rebuilds)
        {
            Write(writer, rebuild);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes dead letters as an array.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<DeadLetter> letters)
    {
        writer.WriteStartArray();
        foreach (var letter in letters)
        {
            writer.WriteStartObject();
            writer.WriteString("id", letter.Id);
            writer.WriteString("projection", letter.Projection);
            writer.WriteNumber("sequence", letter.Sequence.Value);
            writer.WriteString("stream", letter.Stream.Value);
            writer.WriteString("type", letter.Type);
            writer.WriteString("recorded_at", letter.RecordedAt);
            writer.WriteString("exception_type", letter.ExceptionType);
            writer.WriteString("message", letter.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter writer, Rebuild rebuild)
    {
        writer.WriteStartObject();
        writer.WriteString("projection", rebuild.Projection);
        writer.WriteString("state", rebuild.State.ToString().ToLowerInvariant());
        writer.WriteNumber("events", rebuild.Events);
        writer.WriteNumber("total", rebuild.Total);
        writer.WriteString("fault", rebuild.Fault);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ShardStatus shard)
    {
        writer.WriteStartObject();
        writer.WriteString("name", shard.Name);
        writer.WriteString("projection", shard.Projection);
        writer.WriteString("kind", shard.Kind);
        writer.WriteString("state", shard.State.ToString().ToLowerInvariant());
        writer.WriteNumber("position", shard.Position.Value);
        writer.WriteNumber("lag", shard.Lag);
        writer.WriteNumber("lag_seconds", shard.LagTime.TotalSeconds);
        writer.WriteString("owner", shard.Owner);
        writer.WriteNumber("dead_letters", shard.DeadLetters);
        writer.WriteString("error", shard.Error);
        writer.WriteEndObject();
    }
}
