using Ledger;

var run = Run.InMemory("abc-123");
await run.AppendAsync([new ObjectCreated("claim-1", "Claim", data: new() { ["text"] = "Water boils at 100 °C.", ["status"] = "open" })]);

// The branch shares the event with the run and copies nothing; the run is not affected.
var branch = await run.ForkAsync(new Position(1));
await branch.AppendAsync([new ObjectPatched("claim-1", patch: new() { ["status"] = "refuted" })]);

foreach (var change in WorldDiff.Between(await run.GetWorldAsync(), await branch.GetWorldAsync()).Changes)
{
    Console.WriteLine($"{change.Id} {change.Path}: {change.Old} -> {change.New}");    // claim-1 /data/status: open -> refuted
}
