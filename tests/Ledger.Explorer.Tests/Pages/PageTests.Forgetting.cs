using System.Text.Json.Nodes;
using Ledger.Explorer.Worlds;
using Ledger.Forgetting;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

public sealed partial class PageTests
{
    [Fact]
    public async Task Event_Masked_SaysByWhich()
    {
        var masked = (await _host.Ledger.GetRun("kettle").ReadAllAsync()).First(e => e.Type == "llm.response");
        await new EventMasking(_host.Ledger.Store).MaskAsync(MaskRequest.OfEvents([masked.Id], "asked"));
        var by = (await EventMasking.FindMaskedAsync(_host.Ledger.Store, [masked.Id])).ShouldHaveSingleItem().By;

        (await _client.GetStringAsync($"/ledger/event?stream=run:kettle&position={masked.Position}")).ShouldContain($"by event <code>{by}</code>");
        (await _client.GetStringAsync("/ledger/event?stream=run:kettle&position=0")).ShouldNotContain("erased");
    }

    // A world every thousand events is cached.
    [Fact]
    public async Task World_MaskedAfterItWasCached_IsShownWithoutWhatWasErased()
    {
        var run = _host.Ledger.GetRun("letters");
        await run.AppendAsync([new ObjectCreated("letter", "Letter", new JsonObject { ["from"] = "Ann Otherwise" }), .. Enumerable.Range(0, 1_100).Select(i => new KitLoaded($"{i}"))]);
        (await _client.GetStringAsync("/ledger/world?stream=run:letters")).ShouldContain("Ann Otherwise");
        var first = (await run.ReadAllAsync())[0];

        await new EventMasking(_host.Ledger.Store).MaskAsync(MaskRequest.OfEvents([first.Id], "asked"));

        foreach (var path in new[] { "world?stream=run:letters", "world?stream=run:letters&at=1050", "object?stream=run:letters&id=letter", "api/v1/streams/run:letters/world" })
        {
            (await _client.GetStringAsync("/ledger/" + path)).ShouldNotContain("Ann Otherwise", customMessage: path);
        }
    }

    [Fact]
    public async Task World_OfAForgottenSubject_IsKnownForSecondsOnly()
    {
        var (keys, clock) = (new MemorySubjectKeys(), new SetTime());
        var ledger = new AgentLedger(new EncryptingEventStore(new MemoryEventStore(), keys, [new PersonalDataRule("object.created", "$.data.from", "$.id")]));
        var (run, worlds) = (ledger.GetRun("letters"), new WorldSource(ledger, clock));
        await run.AppendAsync([new ObjectCreated("letter", "Letter", new JsonObject { ["from"] = "Ann Otherwise" }), .. Enumerable.Range(0, 1_100).Select(i => new KitLoaded($"{i}"))]);
        (await FromAsync()).ShouldBe("Ann Otherwise");

        await keys.ForgetAsync("letter");
        clock.Seconds = 11;

        (await FromAsync()).ShouldNotBe("Ann Otherwise");

        async Task<string> FromAsync() => (await worlds.GetAsync(run, new Position(1_101), default)).FindObject("letter")!.Data["from"].ToString();
    }

    private sealed class SetTime : TimeProvider
    {
        public long Seconds { get; set; }

        public override long GetTimestamp() => Seconds * TimestampFrequency;
    }
}
