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
}
