using Ledger;
using Ledger.Agents;
using Ledger.Runs;
using Microsoft.Extensions.AI;

// An agent crashes in a tool, is resumed, and is forked to see what another result of that tool would have led to. The model is made up, so that
// the program runs offline: put your own IChatClient in its place. On PostgreSQL the ledger is new AgentLedger(new PostgresEventStore(dataSource)).
var ledger = new AgentLedger(new MemoryEventStore());
var model = new MadeUpModel();
var warehouseIsUp = false;

try
{
    await RunAgentAsync(ledger.GetRun("order-7"));
}
catch (OperationCanceledException)
{
    Console.WriteLine("crashed in a tool");
}

// Run again from the beginning: what was answered is taken from the log, and only the tool that had no answer is called.
warehouseIsUp = true;
var run = ledger.GetRun("order-7");
Console.WriteLine($"resumed: {await RunAgentAsync(run)}; the model was called {model.Calls} times");

// The branch shares everything before the call. Its agent is given another result there, and goes on from it.
// sample: fork at a tool
var call = (await run.ReadAllAsync()).Last(e => e.Type == "tool.called");
var branch = await run.ForkBeforeAsync(call.Id, new ForkOptions { Name = "if it were sold out" });
await branch.AnswerAsync(call.Id, CallResponse.OfText("0 in stock"));
// end of sample
Console.WriteLine($"branch:  {await RunAgentAsync(branch)}; the model was called {model.Calls} times");

var (whole, own) = await branch.GetUsageAsync();
Console.WriteLine($"tokens of the branch's history {whole.Tokens}, its own {own!.Tokens}, saved {own.SavedTokens}");
foreach (var change in WorldDiff.Between(await run.GetWorldAsync(), await branch.GetWorldAsync()).Changes)
{
    Console.WriteLine($"{change.Id} {change.Path}: {change.Old} -> {change.New}");
}

async Task<string> RunAgentAsync(Run agent)
{
    using var stop = new CancellationTokenSource();
    var stock = AIFunctionFactory.Create(async (string item) => warehouseIsUp ? $"3 in stock of {item}" : await CrashAsync(stop), "stock", "Asks the warehouse.");
    var order = AIFunctionFactory.Create((string item) => $"ordered {item}", "order", "Orders more of an item.");
    // sample: recorded agent
    var client = model.AsBuilder().UseFunctionInvocation().UseLedger(agent).Build();
    var options = new ChatOptions { Tools = [stock.UseLedger(agent), order.UseLedger(agent, new CallOptions { Effects = EffectPolicy.Refuse })] };
    var answer = await client.GetResponseAsync("Can we deliver order 7?", options, stop.Token);
    // end of sample
    await agent.AppendAsync([new ObjectCreated("order-7", "Order", data: new() { ["answer"] = answer.Text })]);
    return answer.Text;
}

static async Task<string> CrashAsync(CancellationTokenSource stop)
{
    await stop.CancelAsync();
    throw new OperationCanceledException(stop.Token);
}
