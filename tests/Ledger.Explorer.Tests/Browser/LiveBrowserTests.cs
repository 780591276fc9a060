using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Log;
using Ledger.Tasks;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Ledger.Explorer.Tests.Browser;

/// <summary>Pages that go on by themselves while the log grows.</summary>
public sealed class LiveBrowserTests(BrowserHost browser) : IClassFixture<BrowserHost>
{
    private AgentLedger Ledger => browser.Host.Ledger;

    [BrowserFact]
    public async Task Run_FirstEvents_ReplaceTheEmptyText_AndTheRestMovesToo()
    {
        await Ledger.StartRunAsync("newborn");
        await using var watched = await browser.OpenAsync("/run?stream=run:newborn");
        var page = watched.Page;
        await Expect(page.Locator(".live")).ToHaveTextAsync("live");
        await Expect(page.GetByText("There are no events yet.")).ToBeVisibleAsync();

        await Ledger.GetRun("newborn").AppendAsync([new LlmResponse("Hello.", "small", 0.25m)]);

        await Expect(page.Locator(".events tbody tr")).ToHaveCountAsync(1);
        await Expect(page.GetByText("There are no events yet.")).ToBeHiddenAsync();
        await Expect(page.GetByText("0.25 USD")).ToBeVisibleAsync();
        await Expect(page.Locator("figure.panel svg")).ToBeVisibleAsync();
        await Ledger.GetRun("newborn").AppendAsync([new LlmResponse("Bye.", "small", 0.5m)]);
        await Expect(page.GetByText("0.75 USD")).ToBeVisibleAsync();
        await Ledger.GetRun("newborn").FailAsync("It stumbled");
        await Expect(page.Locator(".title .status-failed")).ToBeVisibleAsync();
        await Expect(page.GetByText("Failed: It stumbled")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task Run_BurstOf1000_AddsEveryRow()
    {
        await Ledger.GetRun("burst").AppendAsync([new KitLoaded("0")]);
        await using var watched = await browser.OpenAsync("/run?stream=run:burst&from=last");
        await Expect(watched.Page.Locator(".live")).ToHaveTextAsync("live");

        await Ledger.GetRun("burst").AppendAsync([.. Enumerable.Range(1, 1_000).Select(i => new KitLoaded($"{i}"))]);

        await Expect(watched.Page.Locator("[data-live-rows] tr")).ToHaveCountAsync(1_001);
        (await watched.Page.EvaluateAsync<bool>(
            "[...document.querySelectorAll('[data-live-rows] tr')].every((row, i) => row.id === `p${i}`)")).ShouldBeTrue();
        await Expect(watched.Page.Locator("[data-fresh]")).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task Run_WhoseFollowerIsRefused_IsFollowedAgain()
    {
        await Ledger.GetRun("refused").AppendAsync([new KitLoaded("0")]);
        await using var watched = await browser.OpenAsync("/");
        watched.Provoked = "status of 503";
        var refusals = 2;
        await watched.Page.RouteAsync("**/live?*", route => Interlocked.Decrement(ref refusals) >= 0
            ? route.FulfillAsync(new RouteFulfillOptions { Status = 503 })
            : route.ContinueAsync());

        await watched.GoAsync("/run?stream=run:refused&from=last");
        await Expect(watched.Page.Locator(".live")).ToHaveTextAsync("live");
        await Ledger.GetRun("refused").AppendAsync([new KitLoaded("1")]);
        await Expect(watched.Page.Locator("#p1")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task Run_FollowedFarBeyondThePage_KeepsTheNewestRows()
    {
        await Ledger.GetRun("flood").AppendAsync([new KitLoaded("0")]);
        await using var watched = await browser.OpenAsync("/run?stream=run:flood&from=last");
        await Expect(watched.Page.Locator(".live")).ToHaveTextAsync("live");

        for (var i = 0; i < 3; i++)
        {
            await Ledger.GetRun("flood").AppendAsync([.. Enumerable.Range(0, 1_000).Select(n => new KitLoaded($"{n}"))]);
        }

        await Expect(watched.Page.Locator("#p3000")).ToBeVisibleAsync();
        await Expect(watched.Page.Locator("[data-live-rows] tr")).ToHaveCountAsync(2_000);
    }

    [BrowserFact]
    public async Task Lists_OfRunsAndTasks_ShowNewOnes()
    {
        await using var runs = await browser.OpenAsync("/?text=just-begun");
        await using var tasks = await browser.OpenAsync("/tasks?state=just-begun");

        await Ledger.GetRun("just-begun").AppendAsync([new KitLoaded("a")]);
        var now = DateTimeOffset.UnixEpoch;
        await new TaskLedger(Ledger.Store).SaveTaskAsync(
            new AgentTask { Id = "task-just-begun", SystemPrompt = "Begin.", CreatedAt = now, UpdatedAt = now, CompletionStatus = "just-begun" });

        await Expect(runs.Page.GetByRole(AriaRole.Link, new() { Name = "just-begun", Exact = true })).ToBeVisibleAsync();
        await Expect(tasks.Page.GetByRole(AriaRole.Link, new() { Name = "task-just-begun" })).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task World_AtItsEnd_GoesOnWithTheRun_AndStaysWhereOneLooksBack()
    {
        var run = Ledger.GetRun("growing");
        await run.AppendAsync([new ObjectCreated("first", "Claim")]);
        await using var atEnd = await browser.OpenAsync("/world?stream=run:growing");
        await using var back = await browser.OpenAsync("/world?stream=run:growing&at=1");
        await Expect(atEnd.Page.Locator(".live")).ToHaveTextAsync("live");
        await Expect(back.Page.Locator(".live")).ToHaveTextAsync("live");

        await run.AppendAsync([new ObjectCreated("second", "Claim")]);

        await Expect(atEnd.Page.GetByRole(AriaRole.Link, new() { Name = "second", Exact = true })).ToBeVisibleAsync();
        await Expect(back.Page.Locator("form [data-length]")).ToHaveTextAsync("2");
        await Expect(back.Page.GetByRole(AriaRole.Link, new() { Name = "second", Exact = true })).ToHaveCountAsync(0);
        atEnd.Page.Url.ShouldNotContain("at=");
    }

    [BrowserFact]
    public async Task Fork_ClickedTwice_MakesOneBranch()
    {
        await Ledger.GetRun("twice").AppendAsync([new KitLoaded("a")]);
        await using var watched = await browser.OpenAsync("/run?stream=run:twice");
        var page = watched.Page;
        await page.GetByText("Fork run:twice").ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Fork" }).DblClickAsync();

        await page.WaitForURLAsync("**/run?stream=branch*");
        (await Ledger.ListBranchesAsync(StreamName.Run("twice"))).Count.ShouldBe(1);
    }

    [BrowserFact]
    public async Task Times_Typed_AreOfTheZoneThatTheFieldNames()
    {
        await Ledger.GetRun("hours").AppendAsync([new KitLoaded("a")]);
        await using var watched = await browser.OpenAsync("/run?stream=run:hours");
        var page = watched.Page;
        var since = page.GetByLabel("Recorded since");

        (await page.GetByLabel("until").GetAttributeAsync("placeholder")).ShouldBe("your time zone");
        (await since.GetAttributeAsync("title"))!.ShouldContain("Europe/Berlin");
        foreach (var (typed, sent) in new[] { ("2026-01-15 12:00", "2026-01-15T11*"), ("2026-01-15", "2026-01-14T23*"), ("2026-01-15T12:00Z", "2026-01-15T12*"), ("2h", "2h*") })
        {
            await since.FillAsync(typed);
            await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
            await page.WaitForURLAsync("**since=" + sent);
        }
    }

    [BrowserFact]
    public async Task Json_24LevelsDeep_AndATypeOfALongName_FitTheWindow()
    {
        JsonNode deep = new JsonObject { ["innermost"] = "a value that is long enough to be read" };
        for (var i = 23; i > 0; i--)
        {
            deep = i % 3 == 0 ? new JsonArray(deep) : new JsonObject { [$"a name of level {i}"] = deep, ["beside"] = i };
        }

        var first = new NewEvent(new UntypedEvent("deep" + new string('w', 80), JsonSerializer.SerializeToElement(deep)));
        await Ledger.GetRun("deep").AppendAsync([first, new NewEvent(new KitLoaded("after"), new EventMetadata { Causes = [first.Id] })]);
        foreach (var width in new[] { 1_280, 390 })
        {
            await using var watched = await browser.OpenAsync("/event?stream=run:deep&position=0", width: width);
            await Expect(watched.Page.GetByText("a value that is long enough to be read")).ToBeVisibleAsync();
            (await watched.OverflowsAsync()).ShouldBeFalse($"at {width} pixels");
            (await watched.Page.EvaluateAsync<int>("document.querySelector('.json').scrollWidth")).ShouldBeLessThanOrEqualTo(width);
            (await watched.Page.GetByText("a value that is long enough to be read").EvaluateAsync<int>("e => e.getBoundingClientRect().width")).ShouldBeGreaterThan(60);
            foreach (var path in new[] { "/run?stream=run:deep", "/search?text=innermost", "/event?stream=run:deep&position=1" })
            {
                await watched.GoAsync(path);
                await Expect(watched.Page.GetByText("deepwww").First).ToBeVisibleAsync();
                (await watched.OverflowsAsync()).ShouldBeFalse($"{path} at {width} pixels");
            }
        }
    }
}
