using Ledger;
using Ledger.Agents;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Microsoft.Extensions.AI;
using Npgsql;

// What Ledger, Ledger.Postgres and Ledger.Agents do, in a program that is compiled ahead of time: dotnet publish -p:PublishAot=true
var run = Run.InMemory("abc-123");
await run.AppendAsync([new ObjectCreated("claim-1", "Claim", data: new() { ["status"] = "open" })]);
var branch = await run.ForkAsync();
await branch.AppendAsync([new ObjectPatched("claim-1", patch: new() { ["status"] = "refuted" })]);
foreach (var change in WorldDiff.Between(await run.GetWorldAsync(), await branch.GetWorldAsync()).Changes)
{
    Console.WriteLine($"memory: {change.Id} {change.Path}: {change.Old} -> {change.New}");
}

await using var dataSource = NpgsqlDataSource.Create(args[0]);
await new LedgerMigrator(dataSource, new PostgresOptions()).ApplyAsync();
await using var store = new PostgresEventStore(dataSource);
var order = new AgentLedger(store).GetRun("order-7");
var model = new Model();
var answer = "";
for (var i = 0; i < 2; i++)
{
    // The second time the answer is taken from the log.
    answer = (await model.AsBuilder().UseLedger(order).Build().GetResponseAsync("How many lamps are there?")).Text;
}

Console.WriteLine($"postgres: {answer}; the model was called {model.Calls} times");
var usage = (await order.GetUsageAsync()).Whole;
Console.WriteLine($"postgres: {usage.Calls} calls, {usage.Tokens} tokens");

internal sealed class Model : IChatClient
{
    public int Calls { get; private set; }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Calls++;
        var usage = new UsageDetails { InputTokenCount = 40, OutputTokenCount = 8 };
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "3 in stock of lamp")) { ModelId = "made-up", Usage = usage });
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
