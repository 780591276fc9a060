using Ledger;
using Ledger.Agents;
using Ledger.Runs;
using Microsoft.Extensions.AI;

// An agent crashes in a tool that had its effect, is resumed without a second one, and is forked to see what another result would have led to. The model is
// made up, so that the program runs offline: put your own IChatClient in its place. On PostgreSQL use new AgentLedger(new PostgresEventStore(dataSource)).
var prices = new AgentLedgerOptions { Price = used => ((2.5m * used.InputTokens) + (10m * used.OutputTokens)) / 1_000_000m };
var ledger = new AgentLedger(new MemoryEventStore(), prices);
var (model, warehouse) = (new MadeUpModel(), new Warehouse());
var crashes = true;

try
{
    await RunAgentAsync(ledger.GetRun("order-7"));
}
catch (OperationCanceledException)
{
    Console.WriteLine("crashed in a tool, after it had its effect");
}

// Run again from the beginning: what was answered is taken from the log, and the warehouse is asked what became of the call without an answer.
crashes = false;
var run = ledger.GetRun("order-7");
Console.WriteLine($"resumed: {await RunAgentAsync(run)}; the model was called {model.Calls} times, the warehouse reserved {warehouse.Reservations} lamp");

// The branch shares everything before the call. Its agent is given another result there, and goes on from it.
// sample: fork at a tool
var call = (await run.ReadAllAsync()).Last(e => e.Type == "tool.called");
var branch = await run.ForkBeforeAsync(call.Id, new ForkOptions { Name = "if it were sold out" });
await branch.AnswerAsync(call.Id, CallResponse.OfText("0 in stock"));
// end of sample
Console.WriteLine($"branch:  {await RunAgentAsync(branch)}; the model was called {model.Calls} times, the warehouse reserved {warehouse.Reservations} lamp");

var (whole, own) = await branch.GetUsageAsync();
Console.WriteLine(FormattableString.Invariant($"USD of the branch's history {whole.CostUsd:0.00000}, its own {own!.CostUsd:0.00000}, saved {own.SavedUsd:0.00000}"));
foreach (var change in WorldDiff.Between(await run.GetWorldAsync(), await branch.GetWorldAsync()).Changes)
{
    Console.WriteLine($"{change.Id} {change.Path}: {change.Old} -> {change.New}");
}

async Task<string> RunAgentAsync(Run agent)
{
    using var stop = new CancellationTokenSource();
    var stock = AIFunctionFactory.Create(ReserveAsync, "stock", "Reserves an item, if there is one.");
    // sample: recorded agent
    var client = model.AsBuilder().UseFunctionInvocation().UseLedger(agent).Build();
    var options = new ChatOptions { Tools = [stock.UseLedger(agent, new CallOptions { Effects = EffectPolicy.Reconcile, Reconcile = warehouse.FindAsync })] };
    var answer = await client.GetResponseAsync("Can we deliver order 7?", options, stop.Token);
    // end of sample
    await agent.AppendAsync([new ObjectCreated("order-7", "Order", data: new() { ["answer"] = answer.Text })]);
    return answer.Text;

    async Task<string> ReserveAsync(string item, AIFunctionArguments arguments)
    {
        var done = warehouse.Reserve(item, (CallContext)arguments.Context![LedgerFunctionExtensions.ContextKey]!);
        await (crashes ? stop.CancelAsync() : Task.CompletedTask);
        stop.Token.ThrowIfCancellationRequested();
        return done;
    }
}
