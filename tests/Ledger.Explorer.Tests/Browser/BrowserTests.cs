using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ledger.Log;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Ledger.Explorer.Tests.Browser;

/// <summary>The explorer in a real browser: no fault in its console, no request outside the server.</summary>
public sealed partial class BrowserTests(BrowserHost browser) : IClassFixture<BrowserHost>
{
    [BrowserFact]
    public async Task Runs_SearchedAndOpened_ShowsTheRun()
    {
        await using var watched = await browser.OpenAsync("/");
        var page = watched.Page;

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("KETTLE");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new() { Name = "kettle", Exact = true }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "kettle" })).ToBeVisibleAsync();
        await Expect(page.Locator(".live")).ToHaveTextAsync("live");
    }

    [BrowserFact]
    public async Task Search_ForTheCallOfATool_LeadsToItsTimeAndItsConversation()
    {
        await using var watched = await browser.OpenAsync("/");
        var page = watched.Page;

        await page.GetByRole(AriaRole.Link, new() { Name = "Search", Exact = true }).ClickAsync();
        await page.GetByLabel("Tool").FillAsync("sonar");
        await page.GetByLabel("Argument").FillAsync("quay=north");
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Expect(page.Locator(".found tbody tr")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Link, new() { Name = "run:agent-at-work" }).ClickAsync();
        await Expect(page.GetByText("position 3 of 14")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Time", Exact = true }).ClickAsync();
        (await watched.TextAsync(".steps tbody tr:nth-child(3)")).ShouldContain("4.2 s");
        await page.GetByRole(AriaRole.Link, new() { Name = "Chat", Exact = true }).ClickAsync();
        await Expect(page.Locator(".said-assistant strong").Filter(new() { HasText = "northern" }).First).ToBeVisibleAsync();
        await Expect(page.Locator(".chat a[href^=javascript], .chat img, .chat script")).ToHaveCountAsync(0);
    }

    [BrowserFact]
    public async Task Run_Filtered_ShowsThoseAlone()
    {
        await using var watched = await browser.OpenAsync("/run?stream=run:kettle");
        var page = watched.Page;

        await page.GetByLabel("Type").FillAsync("object.*");
        await page.GetByLabel("Actor").FillAsync("judge");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();

        await Expect(page.Locator(".events tbody tr")).ToHaveCountAsync(1);
        (await watched.TextAsync(".events tbody tr")).ShouldContain("object.patched");
    }

    [BrowserFact]
    public async Task Event_CausesWalked_LeadToTheFirst()
    {
        await using var watched = await browser.OpenAsync("/event?stream=run:kettle&position=8");
        var page = watched.Page;

        foreach (var position in new[] { 5, 3, 2, 1 })
        {
            await page.Locator(".trace").First.GetByRole(AriaRole.Link).Filter(new() { HasTextRegex = new($"^{position}\\b") }).First.ClickAsync();
            await Expect(page.GetByText($"position {position} of 12")).ToBeVisibleAsync();
        }

        await Expect(page.GetByText("It names no causes.")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task World_Scrubbed_ChangesWithoutReloading()
    {
        await using var watched = await browser.OpenAsync("/world?stream=run:kettle&at=12");
        var page = watched.Page;
        await page.EvaluateAsync("window.isSame = true");

        await page.Locator("[data-range]").EvaluateAsync("range => { range.value = 4; range.dispatchEvent(new Event('input')); }");
        await Expect(page.Locator(".cursor")).ToContainTextAsync("event 3");
        await page.Locator("h1").ClickAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Locator(".cursor")).ToContainTextAsync("event 4");

        (await page.EvaluateAsync<bool>("window.isSame")).ShouldBeTrue();
        await Expect(page).ToHaveURLAsync(new Regex("at=5"));
        await Expect(page.Locator("tr.changed")).ToContainTextAsync("source-1");
    }

    [BrowserFact]
    public async Task World_ScrubbedByTimeAndPlayed_TellsThePosition()
    {
        await using var watched = await browser.OpenAsync("/world?stream=run:survey-of-harbours");
        var page = watched.Page;
        var at = page.Locator("[data-at]");

        await page.Locator("[data-time-range]").EvaluateAsync("range => { range.value = 0; range.dispatchEvent(new Event('input')); }");
        await Expect(at).Not.ToHaveValueAsync("191");
        var begun = await at.InputValueAsync();
        await Expect(page).ToHaveURLAsync(new Regex($"at={begun}"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Play" }).ClickAsync();
        await Expect(at).Not.ToHaveValueAsync(begun);
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Play" })).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task Run_ForkedFromThePage_OpensTheBranch_WhichCompares()
    {
        await using var watched = await browser.OpenAsync("/event?stream=run:kettle&position=7");
        var page = watched.Page;

        await page.GetByText("Fork run:kettle").ClickAsync();
        await page.GetByLabel("Label").FillAsync("by hand");
        await page.GetByRole(AriaRole.Button, new() { Name = "Fork" }).ClickAsync();
        await Expect(page.GetByText("by hand", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "compare", Exact = true }).ClickAsync();

        await Expect(page.Locator("p.lead")).ToContainTextAsync("They share 8 events by reference");
    }

    [BrowserFact]
    public async Task Merge_ConflictDecidedByClick_IsWrittenAndDrawn()
    {
        var run = browser.Host.Ledger.GetRun("ferry");
        await run.AppendAsync([new ObjectCreated("quay", "Quay", new JsonObject { ["depth"] = 4, ["open"] = true })]);
        var branch = await run.ForkAsync(new ForkOptions { Id = "ferry-again" });
        await branch.AppendAsync([
            new NewEvent(new ObjectPatched("quay", new JsonObject { ["depth"] = 6, ["open"] = false }), new EventMetadata { Actor = "diver" }),
            new ObjectCreated("buoy", "Buoy")]);
        await run.AppendAsync([new NewEvent(new ObjectPatched("quay", new JsonObject { ["depth"] = 5, ["open"] = null }), new EventMetadata { Actor = "pilot" })]);
        await using var watched = await browser.OpenAsync("/branches?stream=run:ferry");
        var page = watched.Page;

        await page.GetByRole(AriaRole.Link, new() { Name = "merge", Exact = true }).ClickAsync();
        await Expect(page.GetByText("by pilot")).ToHaveCountAsync(2);
        var row = page.Locator("table.conflicts tbody tr").Filter(new() { HasText = "/data/depth" });
        await row.GetByLabel("take theirs").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Merge", Exact = true }).ClickAsync();

        // One is open still; what was decided is kept.
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("1 conflict is open");
        await Expect(page.Locator("table.conflicts tbody tr").Filter(new() { HasText = "/data/depth" }).GetByLabel("take theirs")).ToBeCheckedAsync();
        await page.Locator("table.conflicts tbody tr").Filter(new() { HasText = "/data/open" }).GetByLabel("neither").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Merge", Exact = true }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "branch.merged" })).ToBeVisibleAsync();
        var quay = (await run.FindObjectAsync("quay"))!;
        (quay.Data["depth"].GetInt32(), quay.Data.ContainsKey("open")).ShouldBe((6, false));
        await watched.GoAsync("/branches?stream=run:ferry");
        await Expect(page.Locator("g.join")).ToHaveCountAsync(1);
    }

    [BrowserFact]
    public async Task Branches_TwoChosen_AreCompared()
    {
        await using var watched = await browser.OpenAsync("/branches?stream=run:kettle");
        var page = watched.Page;

        await page.GetByRole(AriaRole.Button, new() { Name = "Compare A with B" }).ClickAsync();

        await Expect(page.Locator("table.diff")).ToContainTextAsync("confirmed");
        await Expect(page.Locator("table.diff")).ToContainTextAsync("refuted");
    }

    [BrowserFact]
    public async Task Run_EventAppended_ArrivesLive_AndTheTimeIsTheViewers()
    {
        await browser.Host.Ledger.GetRun("live").AppendAsync([new KitLoaded("first")]);
        await using var watched = await browser.OpenAsync("/run?stream=run:live&from=last");
        var page = watched.Page;
        await Expect(page.Locator(".live")).ToHaveTextAsync("live");

        await browser.Host.Ledger.GetRun("live").AppendAsync([new KitLoaded("<b>second</b>")]);

        await Expect(page.Locator(".events tbody tr")).ToHaveCountAsync(2);
        await Expect(page.Locator("#p1")).ToContainTextAsync("<b>second</b>");
        await Expect(page.Locator("[data-length]")).ToHaveTextAsync("2");
        var time = page.Locator("#p1 time");
        (await time.GetAttributeAsync("title"))!.ShouldEndWith("UTC");
        (await time.InnerTextAsync()).ShouldBe(await time.EvaluateAsync<string>(
            "t => new Intl.DateTimeFormat(undefined, { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }).format(new Date(t.dateTime))"));
    }

    [BrowserFact]
    public async Task Run_FilteredWhileEventsCome_OffersThem()
    {
        await browser.Host.Ledger.GetRun("watched").AppendAsync([new KitLoaded("first")]);
        await using var watched = await browser.OpenAsync("/run?stream=run:watched&type=kit.loaded");
        await Expect(watched.Page.Locator(".live")).ToHaveTextAsync("live");

        await browser.Host.Ledger.GetRun("watched").AppendAsync([new KitLoaded("second"), new KitLoaded("third")]);

        await Expect(watched.Page.Locator("[data-fresh]")).ToHaveTextAsync("2 new events");
    }

    [BrowserFact]
    public async Task Theme_Switched_StaysOnTheNextPage()
    {
        await using var watched = await browser.OpenAsync("/");
        var page = watched.Page;

        await page.GetByRole(AriaRole.Button, new() { Name = "Dark" }).ClickAsync();
        await watched.GoAsync("/diff");

        (await page.Locator("html").GetAttributeAsync("data-theme")).ShouldBe("dark");
        (await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor")).ShouldBe("rgb(16, 22, 28)");
    }

    [BrowserFact]
    public async Task Pages_WithoutScripts_AreWhole()
    {
        await using var context = await browser.Browser.NewContextAsync(new BrowserNewContextOptions { JavaScriptEnabled = false });
        context.SetDefaultTimeout(Chromium.Patience);
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{browser.Host.Address}/ledger/world?stream=run:kettle&at=6");

        await page.GetByRole(AriaRole.Link, new() { Name = "one event back ←" }).Or(page.GetByText("one event back")).First.ClickAsync();

        await Expect(page.Locator(".cursor")).ToContainTextAsync("event 4");
    }
}
