using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Postgres.Projections.Daemon;

namespace Ledger.Cli.Projections;

/// <summary><c>ledger projections list</c></summary>
internal sealed class ProjectionsListCommand : LedgerCommand
{
    public ProjectionsListCommand()
        : base("list", "Lists the asynchronous projections and subscriptions with their progress, and the names that can be rebuilt here.") =>
        Examples = ["ledger projections list", "ledger projections list --json"];

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var shards = await connection.Projections.ListAsync(cancellationToken);
        if (session.Json)
        {
            session.Out.Json(writer => Write(writer, shards, connection.Projections.Rebuildable));
            return;
        }

        if (shards.Count > 0)
        {
            session.Out.Line($"{"LAG",12}  {"STATE",-8}  {"KIND",-12}  PROJECTION", Tone.Faint);
        }

        foreach (var shard in shards)
        {
            session.Out.Add($"{shard.Lag,12:N0}  ").Add($"{ShardText.StateOf(shard),-8}  ", ShardText.ToneOf(shard))
                .Add($"{shard.Kind ?? "-",-12}  ", Tone.Faint).Add(shard.Projection, Tone.Name).EndLine();
        }

        if (shards.Count == 0)
        {
            session.Out.Line("There are no asynchronous projections here; an application declares them (AsyncProjections, AddLedgerDaemon).");
        }

        foreach (var name in connection.Projections.Rebuildable)
        {
            session.Out.Add($"{"-",12}  {"inline",-8}  {"rows",-12}  ", Tone.Faint).Add(name, Tone.Name).EndLine();
        }
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<ShardStatus> shards, IReadOnlyList<string> rebuildable)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("projections");
        foreach (var shard in shards)
        {
            ShardText.Write(writer, shard);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("rebuildable");
        foreach (var name in rebuildable)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
