using System.Globalization;
using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Postgres.Projections.Daemon;

namespace Ledger.Cli.Projections;

/// <summary>Prints a shard as lines or JSON.</summary>
internal static class ShardText
{
    public static string StateOf(ShardStatus shard) => shard.State switch
    {
        ShardState.Paused => "paused",
        ShardState.Failed => "failed",
        _ => shard.Owner is null ? "no node" : "running",
    };

    public static Tone ToneOf(ShardStatus shard) => shard.State switch
    {
        ShardState.Failed => Tone.Removed,
        ShardState.Running when shard.Owner is not null => Tone.Added,
        _ => Tone.Changed,
    };

    public static void Print(Printer output, ShardStatus shard)
    {
        output.Fact("Projection", shard.Projection, Tone.Name);
        output.Fact("Kind", shard.Kind ?? "unknown");
        output.Fact("State", StateOf(shard), ToneOf(shard));
        output.Fact("Owner", shard.Owner ?? "none");
        output.Fact("Position", shard.Position.ToString());
        output.Fact("Lag", string.Create(CultureInfo.InvariantCulture, $"{Printable.Count(shard.Lag, "number")}, {shard.LagTime.TotalSeconds:N1} s"));
        output.Fact("Dead letters", Printable.Number(shard.DeadLetters), shard.DeadLetters > 0 ? Tone.Removed : Tone.Plain);
        if (shard.Error is { } error)
        {
            output.Fact("Last error", $"{error} (event {shard.ErrorSequence?.ToString() ?? "unknown"}, {Printable.Time(shard.ErrorAt!.Value)})", Tone.Removed);
        }
    }

    public static void Write(Utf8JsonWriter writer, ShardStatus shard)
    {
        writer.WriteStartObject();
        writer.WriteString("projection", shard.Projection);
        writer.WriteString("shard", shard.Name);
        writer.WriteString("kind", shard.Kind);
        writer.WriteString("state", StateOf(shard));
        writer.WriteString("owner", shard.Owner);
        writer.WriteNumber("position", shard.Position.Value);
        writer.WriteNumber("lag", shard.Lag);
        writer.WriteNumber("lag_seconds", shard.LagTime.TotalSeconds);
        writer.WriteNumber("dead_letters", shard.DeadLetters);
        writer.WriteString("error", shard.Error);
        if (shard.ErrorSequence is { } sequence)
        {
            writer.WriteNumber("error_sequence", sequence.Value);
        }

        if (shard.ErrorAt is { } at)
        {
            writer.WriteString("error_at", at);
        }

        writer.WriteEndObject();
    }
}
