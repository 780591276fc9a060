using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Ledger.Explorer.Tests.Browser;

/// <summary>The explorer without a mouse: keys, commands, sorted columns; and copying.</summary>
public sealed class KeysBrowserTests(BrowserHost browser) : IClassFixture<BrowserHost>
{
    [BrowserFact]
    public async Task Keys_LeadFromPageToPage_AndAreExplained()
    {
        await using var watched = await browser.OpenAsync("/");
        var page = watched.Page;

        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Keys" })).ToBeVisibleAsync();
        (await watched.ObstaclesAsync()).ShouldBeEmpty();
        (await watched.OverflowsAsync()).ShouldBeFalse();
        await watched.ShootAsync("keys-light-1280");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("s");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Search" })).ToBeVisibleAsync();

        // The script of the page hears the keys once it is loaded.
        await page.WaitForLoadStateAsync();
        await page.GetByLabel("Text").First.PressAsync("g");
        await page.GetByLabel("Text").First.PressAsync("r");
        page.Url.ShouldContain("/search");
        await page.Locator("h1").ClickAsync();
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("r");
        await Expect(page).ToHaveURLAsync($"{browser.Host.Address}/ledger/");
    }

    [BrowserFact]
    public async Task Commands_AreFoundByAFewLetters()
    {
        await using var watched = await browser.OpenAsync("/run?stream=run:kettle");
        var page = watched.Page;

        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("wor");
        await Expect(page.GetByRole(AriaRole.Option, new() { Name = "World" })).ToHaveAttributeAsync("aria-selected", "true");
        (await watched.ObstaclesAsync()).ShouldBeEmpty();
        await watched.ShootAsync("commands-light-1280");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/world\\?stream="));
        await page.WaitForLoadStateAsync();

        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("branch:kettle-strict");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "kettle-strict" })).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task Graph_IsMadeLarger_AndMoved_AlsoAfterScrubbing_AndTimesSayHowLongAgo()
    {
        await using var watched = await browser.OpenAsync("/world?stream=run:survey-of-harbours");
        var page = watched.Page;
        var graph = page.Locator(".graph svg");
        var whole = await graph.GetAttributeAsync("viewBox");

        await page.GetByRole(AriaRole.Button, new() { Name = "Larger" }).ClickAsync();
        (await graph.GetAttributeAsync("viewBox")).ShouldNotBe(whole);
        (await watched.ObstaclesAsync()).ShouldBeEmpty();
        (await watched.OverflowsAsync()).ShouldBeFalse();
        await watched.ShootAsync("graph-larger-light-1280");
        var larger = await graph.GetAttributeAsync("viewBox");
        await graph.EvaluateAsync("picture => picture.scrollIntoView({ block: 'start' })");
        var box = (await graph.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + 200, box.Y + 100);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + 260, box.Y + 120, new() { Steps = 4 });
        await page.Mouse.UpAsync();
        (await graph.GetAttributeAsync("viewBox")).ShouldNotBe(larger);
        page.Url.ShouldContain("/world?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Whole" }).ClickAsync();
        (await graph.GetAttributeAsync("viewBox"))!.Split(' ').Select(double.Parse).ShouldBe(whole!.Split(' ').Select(double.Parse));

        await page.Locator("h1").ClickAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("at="));
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Larger" })).ToBeVisibleAsync();

        await watched.GoAsync("/");
        var time = page.Locator("td[data-label='Last activity'] time").First;
        await Expect(time).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("just now|min. ago|hr. ago"));
        (await time.GetAttributeAsync("title"))!.ShouldContain("UTC");
    }

    [BrowserFact]
    public async Task Columns_AreSorted_ByTheServerWhereThereArePages_ElseHere()
    {
        await using var watched = await browser.OpenAsync("/");
        var page = watched.Page;

        await page.GetByRole(AriaRole.Link, new() { Name = "Events", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Events" })).ToHaveAttributeAsync("aria-sort", "descending");
        (await page.Locator("td[data-label=Events]").AllInnerTextsAsync()).Select(text => int.Parse(text.Replace(",", "", StringComparison.Ordinal), null))
            .ShouldBeInOrder(SortDirection.Descending);

        await watched.GoAsync("/totals?by=model&kind=all");
        foreach (var (sort, direction) in new[] { ("descending", SortDirection.Descending), ("ascending", SortDirection.Ascending) })
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Tokens" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Tokens" })).ToHaveAttributeAsync("aria-sort", sort);
            (await page.Locator("tbody td[data-label=Tokens]").AllInnerTextsAsync()).Select(text => long.TryParse(text.Replace(",", "", StringComparison.Ordinal), out var value) ? value : -1)
                .ShouldBeInOrder(direction);
        }
    }

    [BrowserFact]
    public async Task Name_OfARun_IsCopied()
    {
        await using var watched = await browser.OpenAsync("/run?stream=run:kettle");
        var page = watched.Page;
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);

        await page.GetByRole(AriaRole.Button, new() { Name = "Copy run:kettle" }).ClickAsync();

        await Expect(page.GetByText("Copied")).ToBeVisibleAsync();
        (await page.EvaluateAsync<string>("navigator.clipboard.readText()")).ShouldBe("run:kettle");
    }
}
