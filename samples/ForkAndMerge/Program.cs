using Ledger;
using Ledger.Runs;
using Ledger.Worlds;

var run = Run.InMemory("kettle");
await run.AppendAsync([new ObjectCreated("claim-1", "Claim", data: new() { ["text"] = "Water boils at 100 degrees.", ["status"] = "open" })]);
await run.AppendAsync([new ObjectPatched("claim-1", patch: new() { ["status"] = "accepted" })]);

// Fork: the branch begins after the first event, which it shares with the run. Nothing is copied, and the run goes on by itself.
var branch = await run.ForkAsync(new Position(1), new ForkOptions { Id = "mountain" });
await branch.AppendAsync([new ObjectPatched("claim-1", patch: new() { ["status"] = "refuted", ["source"] = "a hut at 2,500 m" })]);

// Compare: what differs between the two worlds.
foreach (var change in (await run.DiffAsync(branch)).Changes)
{
    Console.WriteLine($"differs: {change.Id} {change.Path}: {change.Old} -> {change.New}");
}

// Merge: first without writing anything. Both have set the status since the fork, so it has to be decided.
foreach (var conflict in (await run.PreviewMergeAsync(branch)).Conflicts)
{
    Console.WriteLine($"conflict: {conflict.Id} {conflict.Property}: ours {conflict.Ours}, theirs {conflict.Theirs}");
}

await run.MergeAsync(branch, new MergeOptions { Resolver = MergeResolver.For("Claim", "status", MergeDecision.Theirs) });
var claim = await run.FindObjectAsync("claim-1");
Console.WriteLine($"merged: {claim!.Data["status"]}, says {claim.Data["source"]}");
