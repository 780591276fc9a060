using Ledger.Postgres.Projections.Daemon;
using Ledger.Records;
using Ledger.Seal;
using Microsoft.Playwright;
using Shouldly;
using static Microsoft.Playwright.Assertions;

namespace Ledger.Explorer.Tests.Browser;

/// <content>What people come for: what failed yesterday, what a branch cost, what was forged, what was skipped.</content>
public sealed partial class BrowserTests
{
    [BrowserFact]
    public async Task Run_ThatFailedYesterday_IsFoundByWords_AndFromTheTotalsOfTheDay()
    {
        var run = browser.Host.Ledger.GetRun("broken-yesterday");
        await run.FailAsync("The fuse of yesterday is gone");
        await browser.Host.Ledger.GetRun("fine-yesterday").CompleteAsync();
        var recorded = (await run.ReadAllAsync())[0].Timestamp;
        await using var watched = await browser.OpenAsync("/");
        var page = watched.Page;
        await page.Clock.SetFixedTimeAsync(recorded.UtcDateTime.AddDays(1));
        foreach (var (until, count) in new[] { ("yesterday", 0), ("today", 1) })
        {
            await watched.GoAsync("/?text=yesterday");
            await page.GetByLabel("Status").SelectOptionAsync("failed");
            await page.GetByLabel("Active since").FillAsync("yesterday");
            await page.GetByLabel("until").FillAsync(until);
            await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
            await Expect(page.Locator(".list tbody tr")).ToHaveCountAsync(count);
        }

        (await watched.TextAsync(".list tbody tr")).ShouldContain("failed");
        await page.GetByRole(AriaRole.Link, new() { Name = "broken-yesterday", Exact = true }).ClickAsync();
        await Expect(page.GetByText("Failed: The fuse of yesterday is gone")).ToBeVisibleAsync();

        await watched.GoAsync("/totals?text=yesterday");
        await page.Locator("td[data-label=Failed] a").First.ClickAsync();
        await Expect(page.Locator(".list tbody tr")).ToHaveCountAsync(1);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "broken-yesterday", Exact = true })).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task Branch_FoundInTheTree_TellsItsOwnCost_AndThatWithItsParent()
    {
        await using var watched = await browser.OpenAsync("/branches?stream=run:agent-at-work");
        var page = watched.Page;

        await page.GetByRole(AriaRole.Link, new() { Name = "agent-again" }).First.ClickAsync();

        await Expect(page.Locator(".facts div").Filter(new() { HasText = "Its own cost" })).ToContainTextAsync("0.0011 USD");
        await Expect(page.Locator(".facts div").Filter(new() { HasText = "shares with its parent" })).ToContainTextAsync("0.0225 USD");
        await page.GetByRole(AriaRole.Link, new() { Name = "compare", Exact = true }).ClickAsync();
        await Expect(page.Locator(".sides section").Nth(1)).ToContainTextAsync("Cost since they parted");
        await Expect(page.Locator(".sides section").Nth(1)).ToContainTextAsync("0.0011 USD");
    }

    [BrowserFact]
    public async Task DeadLetter_Replayed_SaysWhyItFailsAgain_AndIsGoneOnceItDoesNot()
    {
        var isCorrected = false;
        await browser.Host.Ledger.GetRun("posted").AppendAsync([new KitLoaded("a letter")]);
        await using var node = await DeadLetters.LeaveAsync(browser.DataSource, "run:posted", 61, () => Volatile.Read(ref isCorrected));
        await using var watched = await browser.OpenAsync("/projections");
        var page = watched.Page;
        watched.Provoked = "status of 409";

        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("^mail at ") }).ClickAsync();
        await Expect(page.GetByText("The mail server answered <550>.")).ToBeVisibleAsync();
        (await watched.ObstaclesAsync()).ShouldBeEmpty();
        (await watched.OverflowsAsync()).ShouldBeFalse();
        await watched.ShootAsync("letter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry", Exact = true }).ClickAsync();
        await Expect(page.Locator(".notice-bad")).ToContainTextAsync("550");
        (await new ProjectionAdmin(browser.DataSource).ListDeadLettersAsync()).Count(letter => letter.Projection == "mail").ShouldBe(1);

        Volatile.Write(ref isCorrected, true);
        await watched.GoAsync("/projections");
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("^mail at ") }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Projections", Exact = true })).ToBeVisibleAsync();
        (await new ProjectionAdmin(browser.DataSource).ListDeadLettersAsync()).ShouldNotContain(letter => letter.Projection == "mail");
    }

    [BrowserFact]
    public async Task Rows_ChangedInTheDatabase_AreMarked_OfARecordAndOfARun()
    {
        await using var records = new ChronoStore(browser.Host.Ledger.Store, "forged");
        await records.UpsertAsync(new ChronoRecord { Id = "req-1", Kind = "requirement", Label = "It boils.", Status = "active" });
        await browser.Host.Ledger.GetRun("forged").AppendAsync([new KitLoaded("one"), new KitLoaded("two"), new KitLoaded("three")]);
        await browser.Seal.SealAsync();
        await browser.Seal.CheckpointAsync([SealKey.Generate("example.com/log")]);
        await using var watched = await browser.OpenAsync("/project?project=forged");
        var page = watched.Page;
        await Expect(page.GetByText("The chain is valid")).ToBeVisibleAsync();
        await watched.GoAsync("/run?stream=run:forged");
        await Expect(page.Locator("tr#p1")).ToContainTextAsync("two");
        await Expect(page.GetByText("changed")).ToHaveCountAsync(0);

        await ForgeAsync("update ledger.chrono_record set text = replace(text, 'It boils', 'It cools') where stream = 'chrono:forged'");
        await ForgeAsync("update ledger.mt_events set data = '{\"kit\": \"zwei\"}' where stream_id = 'run:forged' and version = 2");

        await watched.GoAsync("/project?project=forged");
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("✗ Rows differ from the log");
        await Expect(page.GetByText("The chain is valid")).ToHaveCountAsync(0);
        await Expect(page.Locator("tr.failed")).ToContainTextAsync("req-1");
        await watched.GoAsync("/run?stream=run:forged");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("One of these events is not as sealed");
        await Expect(page.Locator("tr.failed")).ToHaveCountAsync(1);
        await Expect(page.Locator("tr#p1")).ToContainTextAsync("✗ changed");
        (await watched.ObstaclesAsync()).ShouldBeEmpty();
        await watched.ShootAsync("run-forged");
        await page.Locator("tr#p1 a").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This event is not as sealed");
        await watched.GoAsync("/event?stream=run:forged&position=0");
        await Expect(page.GetByText("✓ as it is")).ToBeVisibleAsync();
    }

    private async Task ForgeAsync(string sql)
    {
        await using var command = browser.DataSource.CreateCommand(sql);
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
    }
}
