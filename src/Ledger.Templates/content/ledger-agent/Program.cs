using Ledger;
using Ledger.Agents;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Microsoft.Extensions.AI;
using Npgsql;

// Without LEDGER_POSTGRES the log is in memory. With it ("Host=…;Username=…;Database=…") a second start finds the answers of the first.
var address = Environment.GetEnvironmentVariable("LEDGER_POSTGRES");
await using var dataSource = string.IsNullOrEmpty(address) ? null : NpgsqlDataSource.Create(address);
var ledger = dataSource is null ? new AgentLedger(new MemoryEventStore()) : await OpenAsync(dataSource);
var run = ledger.GetRun(args.FirstOrDefault() ?? "order-7");

var model = new MadeUpModel();    // put your own IChatClient in its place
var client = model.AsBuilder().UseFunctionInvocation().UseLedger(run).Build();
var stock = AIFunctionFactory.Create((string item) => $"3 in stock of {item}", "stock", "Asks the warehouse.");
var answer = await client.GetResponseAsync("Can we deliver order 7?", new ChatOptions { Tools = [stock.UseLedger(run)] });

Console.WriteLine($"{answer.Text} (the model was called {model.Calls} times)");
await foreach (var recorded in run.ReadAsync())
{
    Console.WriteLine($"{recorded.Position,3}  {recorded.Type}");
}

static async Task<AgentLedger> OpenAsync(NpgsqlDataSource dataSource)
{
    await new LedgerMigrator(dataSource, new PostgresOptions()).ApplyAsync();
    return new AgentLedger(new PostgresEventStore(dataSource));
}
