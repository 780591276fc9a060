// Writes from a process of its own, so that a test can kill it. Arguments: a connection string, the number of writers, and the name of a
// project where records are to be written. Without it each writer appends to the run of its number, one event at a time, and prints
// each acknowledged event's id on a line of its own; with it all writers upsert records of that project, and print the seq and the
// id of each. They go on for as long as the process lives; a line comes after the acknowledgement and before the next write.
// With the word "agents", a number of agents, of steps, and a folder it runs agents in place of writers: see AgentLoad.
using System.Globalization;
using System.Text.Json.Nodes;
using Ledger;
using Ledger.Postgres;
using Ledger.Records;
using Ledger.Writer;
using Npgsql;

await using var dataSource = NpgsqlDataSource.Create(args[0]);
await using var store = new PostgresEventStore(dataSource);
var ledger = new AgentLedger(store, new AgentLedgerOptions { Price = cost => cost.Model == ScriptedChat.Model ? ScriptedChat.Price : null });
if (args[1] == "agents")
{
    await new AgentLoad(ledger, int.Parse(args[3], CultureInfo.InvariantCulture), args[4]).RunAsync(int.Parse(args[2], CultureInfo.InvariantCulture));
    return;
}

var output = TextWriter.Synchronized(Console.Out);
await using var records = args.Length > 2 ? new ChronoStore(store, args[2]) : null;
var writers = Enumerable.Range(0, int.Parse(args[1], CultureInfo.InvariantCulture)).Select(w => records is null ? AppendAsync(w) : UpsertAsync(w));
await Task.WhenAll(writers);

async Task AppendAsync(int writer)
{
    var run = ledger.GetRun($"writer-{writer}");
    for (var n = 0; ; n++)
    {
        var newEvent = new NewEvent(new ObjectCreated($"object-{n}", "Note", new JsonObject { ["n"] = n }));
        await run.AppendAsync([newEvent]);
        await WriteLineAsync(newEvent.Id.ToString());
    }
}

async Task UpsertAsync(int writer)
{
    for (var n = 0; ; n++)
    {
        var id = $"{Environment.ProcessId}-{writer}-{n}";
        var written = n % 20 == 19
            ? await records.DeleteAsync($"{Environment.ProcessId}-{writer}-{n - 1}")
            : await records.UpsertAsync(new ChronoRecord { Id = id, Label = $"Note {n} – by {writer}" });
        await WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{written.Seq} {written.RecordId}"));
    }
}

async Task WriteLineAsync(string line)
{
    await output.WriteLineAsync(line);
    await output.FlushAsync();
}
