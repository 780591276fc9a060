using System.Text.Json.Serialization;
using Ledger;
using Ledger.Projections;
using Ledger.Runs;

// How events add up to a state, and that the state is kept as a document for each run.
var usage = new Aggregate<Usage>("usage", new Usage(0, 0))
    .On<LlmResponse>((usage, response) => usage with { CostUsd = usage.CostUsd + (response.CostUsd ?? 0) })
    .On<ToolCalled>((usage, _) => usage with { ToolCalls = usage.ToolCalls + 1 });
var usages = new Snapshot<Usage>(usage, "usage", AppJson.Default.Usage) { StreamPrefix = "run:" };

// In PostgreSQL: new PostgresOptions { Projections = [usages] }. The document is written in the transaction of the append.
var store = new MemoryEventStore([usages]);
var run = new AgentLedger(store).GetRun("kettle");
await run.AppendAsync([new ToolCalled("search"), new LlmResponse(CostUsd: 0.25m)]);
Console.WriteLine((await store.LoadAsync(usages, run.StreamName)).State);

// The state of a branch begins with the events that it shares.
var branch = await run.ForkAsync(new ForkOptions { Id = "second" });
await branch.AppendAsync([new ToolCalled("boil")]);
Console.WriteLine((await store.LoadAsync(usages, branch.StreamName)).State);

// Append by a decision on the state, unless another writer was faster.
var fetched = await store.FetchForWritingAsync(usages, run.StreamName);
if (fetched.State.CostUsd >= 0.2m)
{
    await fetched.AppendAsync([new BudgetExhausted(["max_cost_usd=0.2"])]);
    Console.WriteLine("the budget is exhausted");
}

internal sealed record Usage(int ToolCalls, decimal CostUsd);

[JsonSerializable(typeof(Usage))]
internal sealed partial class AppJson : JsonSerializerContext;
