using Ledger;
using Ledger.Records;

// A project begins with its first record. Each change is an event whose hash covers the one before.
await using var records = new ChronoStore(new MemoryEventStore(), "kettle");
await records.UpsertAsync(new ChronoRecord { Id = "F-1", Label = "Water boils at 100 degrees.", Confidence = 0.9 });
await records.UpsertAsync(new ChronoRecord { Id = "R-1", Kind = "risk", Label = "It boils over.", Confidence = 0.4 });

// Keep the head elsewhere: it later proves that nothing before it was changed.
var head = await records.GetHeadAsync();
await records.UpsertAsync(new ChronoRecord { Id = "F-1", Label = "Water boils at 100 degrees at sea level.", Confidence = 0.95 });
await records.DeleteAsync("R-1");

// What is certain enough for a prompt.
await foreach (var record in records.QueryAsync(new ChronoQuery { RagFilter = true }))
{
    Console.WriteLine($"now: {record}");
}

// What was believed before, and how it came to change.
Console.WriteLine($"then: {(await records.GetAsync("F-1", ChronoMoment.AtSeq(2)))!.Label}");
await foreach (var change in records.HistoryAsync("R-1"))
{
    Console.WriteLine($"history of R-1: {change.Seq}");
}

var verdict = await records.VerifyChainAsync(new ChronoVerification { Expected = head });
Console.WriteLine($"the chain is {(verdict.ChainValid ? "valid" : "broken")}");
