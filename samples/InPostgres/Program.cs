using System.Text.Json.Nodes;
using Ledger;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Npgsql;

// The log is a schema of your database. The migrator makes its tables, or brings them to this version.
await using var dataSource = NpgsqlDataSource.Create(Environment.GetEnvironmentVariable("LEDGER_POSTGRES")!);
await new LedgerMigrator(dataSource).ApplyAsync();
await using var store = new PostgresEventStore(dataSource);

// A run begins with its first event. Events are records; these two are built in, and change the world of the run.
var run = new AgentLedger(store).GetRun("kettle");
if (await run.FindObjectAsync("claim-1") is null)
{
    await run.AppendAsync([new ObjectCreated("claim-1", "Claim", new JsonObject { ["text"] = "Water boils at 100 degrees.", ["checks"] = 0 })]);
}

// What the log says decides what is appended.
var claim = await run.FindObjectAsync("claim-1");
var checks = claim!.Data["checks"].GetInt32() + 1;
await run.AppendAsync([new ObjectPatched("claim-1", new JsonObject { ["checks"] = checks })]);
Console.WriteLine($"check {checks}, which makes {await run.GetLengthAsync()} events");
