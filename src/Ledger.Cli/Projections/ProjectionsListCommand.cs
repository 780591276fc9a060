using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Projections;

/// <summary><c>ledger projections list</c></summary>
internal sealed class ProjectionsListCommand : LedgerCommand
{
    public ProjectionsListCommand()
        : base("list", "Lists the asynchronous projections and subscriptions with their progress, those of a Marten application, and the names that can be rebuilt here.") =>
        Examples = ["ledger projections list", "ledger projections list --json"];

    public override bool ListsRows => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var shards = await connection.Projections.ListAsync(cancellationToken);
        if (await session.ListAsync(shards.Select(ShardContract.Of), ContractContext.Default.ShardContract, cancellationToken))
        {
            return;
        }

        if (session.Json)
        {
            var rebuilds = connection.Projections.Rebuildable.Select(RebuildContract.NotBegun);
            session.Out.Json(new ProjectionsContract([.. shards.Select(ShardContract.Of)], [.. rebuilds]), ContractContext.Default.ProjectionsContract);
            return;
        }

        if (shards.Count > 0)
        {
            session.Out.Line($"{"LAG",12}  {"STATE",-8}  {"KIND",-13}  PROJECTION", Tone.Faint);
        }

        foreach (var shard in shards)
        {
            session.Out.Add($"{shard.Lag,12:N0}  ").Add($"{ShardText.StateOf(shard),-8}  ", ShardText.ToneOf(shard))
                .Add($"{shard.Kind,-13}  ", Tone.Faint).Add(shard.Projection, Tone.Name).EndLine();
        }

        if (shards.Count == 0)
        {
            session.Out.Line("There are no asynchronous projections here; an application declares them: with Marten in its options, otherwise by AsyncProjections and AddLedgerDaemon.");
        }

        foreach (var name in connection.Projections.Rebuildable.Where(name => shards.All(shard => shard.Projection != name)))
        {
            var state = name == "ledger:runs" ? "on read" : "inline";
            session.Out.Add($"{"-",12}  {state,-8}  {"rows",-13}  ", Tone.Faint).Add(name, Tone.Name).EndLine();
        }
    }
}
