using System.Globalization;
using Ledger.Cli.Output;
using Ledger.Postgres.Projections.Daemon;

namespace Ledger.Cli.Projections;

/// <summary>Prints a shard as lines.</summary>
internal static class ShardText
{
    public static string StateOf(ShardStatus shard) => shard.State switch
    {
        ShardState.Paused => "paused",
        ShardState.Failed => "failed",
        _ when shard.IsInline => "inline",
        _ => shard.Owner is null ? "no node" : "running",
    };

    public static Tone ToneOf(ShardStatus shard) => shard.State switch
    {
        ShardState.Failed => Tone.Removed,
        ShardState.Running when shard.Owner is not null || shard.IsInline => Tone.Added,
        _ => Tone.Changed,
    };

    public static void Print(Printer output, ShardStatus shard)
    {
        output.Fact("Projection", shard.Projection, Tone.Name);
        output.Fact("Kind", shard.Kind);
        output.Fact("State", StateOf(shard), ToneOf(shard));
        output.Fact("Owner", shard.Owner ?? (shard.IsInline ? "every append" : "none"));
        output.Fact("Position", shard.Position.ToString());
        output.Fact("Lag", string.Create(CultureInfo.InvariantCulture, $"{Printable.Count(shard.Lag, "number")}, {shard.LagTime.TotalSeconds:N1} s"));
        output.Fact("Dead letters", Printable.Number(shard.DeadLetters), shard.DeadLetters > 0 ? Tone.Removed : Tone.Plain);
        if (shard.Error is { } error)
        {
            output.Fact("Last error", $"{error} (event {shard.ErrorSequence?.ToString() ?? "unknown"}, {Printable.Time(shard.ErrorAt!.Value)})", Tone.Removed);
        }
    }
}
