using Ledger.Files;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Files;

/// <summary>An import that is not alone.</summary>
public sealed class EventImporterTests
{
    [Fact]
    public async Task Import_AnotherAppendMeanwhile_IsRefusedAndSaysSo()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        NewEvent[] events = [.. Enumerable.Range(0, 3).Select(n => new NewEvent(new KitLoaded($"{n}"), new EventMetadata { ForeignId = $"{n}" }))];
        var recording = EventRecording.Inspect("shared", () => events);

        var refusal = await Should.ThrowAsync<ImportRefusedException>(
            () => new EventImporter(ledger).ImportAsync(recording, new Intruder(ledger.GetRun("shared"))));

        refusal.Message.ShouldContain("another writer appended to 'run:shared' during the import");
        (await ledger.GetRun("shared").GetLengthAsync()).ShouldBe(new Position(4));
    }

    /// <summary>Appends once, when the import tells of its first transaction; in memory an append is done when it returns.</summary>
    private sealed class Intruder(Run run) : IProgress<ImportProgress>
    {
        private Task? _append;

        public void Report(ImportProgress value) => (_append ??= run.AppendAsync([new KitLoaded("other")])).IsCompletedSuccessfully.ShouldBeTrue();
    }
}
