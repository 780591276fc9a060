using Ledger.Records;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Samples;

/// <summary>The README's sample of a record store.</summary>
public sealed class RecordStore
{
    [Fact]
    public async Task Sample_RecordStore_KeepsTheChain()
    {
        var store = new MemoryEventStore();
        var output = new List<string>();
        void Print(string line) => output.Add(line);

        // sample: a record store
        await using var records = new ChronoStore(store, "kettle");    // nothing to open: a project begins with its first event
        await records.UpsertAsync(new ChronoRecord { Id = "F-1", Label = "Water boils at 100 °C.", Confidence = 0.9 });
        await records.UpsertAsync(new ChronoRecord { Id = "R-1", Kind = "risk", Label = "It boils over.", Confidence = 0.4 });
        var head = await records.GetHeadAsync();                       // stored elsewhere, it later proves that nothing was changed
        await records.DeleteAsync("R-1");

        await foreach (var record in records.QueryAsync(new ChronoQuery { RagFilter = true }))
        {
            Print(record.ToString());                                  // F-1: Water boils at 100 °C.
        }

        var before = await records.GetAsync("R-1", ChronoMoment.AtSeq(2));
        Print($"{before!.Status}");                                    // active
        var verdict = await records.VerifyChainAsync(new ChronoVerification { Expected = head });
        Print($"{verdict.ChainValid}, {verdict.Warnings.Count}");      // True, 0

        // end of sample
        output.ShouldBe(["F-1: Water boils at 100 °C.", "active", "True, 0"]);
    }
}
