// Appends from a process of its own, so that a test can kill it. Arguments: a connection string, the number of writers.
// Each writer appends to the run of its number, one event at a time, for as long as the process lives. Each acknowledged
// event's id is printed on a line of its own, after the acknowledgement and before the next append.
using System.Globalization;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Postgres.Streams;
using Ledger.Runs;
using Npgsql;

await using var dataSource = NpgsqlDataSource.Create(args[0]);
var ledger = new AgentLedger(new PostgresEventStore(dataSource));
var output = TextWriter.Synchronized(Console.Out);
var writers = Enumerable.Range(0, int.Parse(args[1], CultureInfo.InvariantCulture)).Select(WriteAsync);
await Task.WhenAll(writers);

async Task WriteAsync(int writer)
{
    var run = ledger.Run($"writer-{writer}");
    for (var n = 0; ; n++)
    {
        var newEvent = new NewEvent(new ObjectCreated($"object-{n}", "Note", new JsonObject { ["n"] = n }));
        await run.AppendAsync([newEvent]);
        await output.WriteLineAsync(newEvent.Id.ToString());
        await output.FlushAsync();
    }
}
