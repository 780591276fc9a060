using System.Text.Json.Nodes;
using Ledger.Events;
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
}
