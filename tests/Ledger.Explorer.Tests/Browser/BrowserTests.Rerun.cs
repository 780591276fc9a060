using System.Text.Json;
using Ledger.Events;
using Ledger.Log;
using Microsoft.Playwright;
using Shouldly;
using static Microsoft.Playwright.Assertions;

namespace Ledger.Explorer.Tests.Browser;

public sealed partial class BrowserTests
{
    [BrowserFact]
    public async Task Result_ChangedByHand_IsRunOnLive_AndComparedWithTheRun_AndExportedForOffline()
    {
        await WritePilotAsync(browser.Host.Ledger, "pilot");
        await using var watched = await browser.OpenAsync("/event?stream=run:pilot&position=3");
        var page = watched.Page;
        watched.Provoked = "status of 400";

        // What is not JSON is shown with what was typed.
        await page.GetByRole(AriaRole.Link, new() { Name = "Change and run on" }).ClickAsync();
        await page.GetByLabel("Data of").FillAsync("{\"result\": 12");
        await page.GetByLabel("Name of the branch").FillAsync("deeper");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change and run on" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This is not JSON");
        await Expect(page.GetByLabel("Data of")).ToHaveValueAsync("{\"result\": 12");

        await page.GetByLabel("Data of").FillAsync("{\"result\": 12}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change and run on" }).DblClickAsync();
        await Expect(page.GetByText("Begins with a changed event")).ToBeVisibleAsync();
        await Expect(page.Locator(".live")).ToHaveTextAsync("live");
        var asked = browser.Runner.Asked.Where(one => one.Parent == StreamName.Run("pilot")).ToList();
        asked.Select(one => one.Id).Distinct().ShouldHaveSingleItem();
        (await browser.Host.Ledger.ListBranchesAsync(StreamName.Run("pilot"))).ShouldHaveSingleItem().Branch.Name.ShouldBe("deeper");

        // The agent goes on there, and the page with it.
        var branch = await browser.Host.Ledger.OpenAsync(asked[0].Stream);
        (asked[0].Change!.Type, asked[0].Length).ShouldBe(("tool.returned", new Position(5)));
        await branch.AppendAsync([new LlmResponse("Twelve metres: deep enough.", "large-2", 0.02m), new RunCompleted()]);
        await Expect(page.Locator(".events tbody tr")).ToHaveCountAsync(7);
        await Expect(page.Locator("#p5")).ToContainTextAsync("deep enough");

        await page.GetByRole(AriaRole.Link, new() { Name = "Compare both" }).ClickAsync();
        await Expect(page.Locator("p.lead")).ToContainTextAsync("They share 3 events by reference");
        await Expect(page.Locator("table.pairs tbody tr").First).ToContainTextAsync("result: 4");
        await Expect(page.Locator("table.pairs tbody tr").First).ToContainTextAsync("result: 12");
        await Expect(page.Locator("ins").First).ToContainTextAsync("Twelve");

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "one HTML file" }).ClickAsync());
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.html");
        await download.SaveAsAsync(file);
        try
        {
            await OpenOfflineAsync(file, "file-comparison", async offline =>
            {
                await Expect(offline.Locator("table.pairs tbody tr").First).ToContainTextAsync("result: 12");
                await Expect(offline.Locator("a")).ToHaveCountAsync(0);
                (await offline.EvaluateAsync<string>("getComputedStyle(document.querySelector('table.list')).borderTopWidth")).ShouldBe("1px");
            });
        }
        finally
        {
            File.Delete(file);
        }
    }

    [BrowserFact]
    public async Task Runner_ThatFails_SaysSo_AndIsAskedAgain_ForTheBranchThatIsThere()
    {
        await WritePilotAsync(browser.Host.Ledger, "pilot-alone");
        await using var watched = await browser.OpenAsync("/change?stream=run:pilot-alone&position=3");
        var page = watched.Page;
        watched.Provoked = "status of 502";
        browser.Runner.Fault = new HttpRequestException("The <b>agent</b> is asleep.");
        try
        {
            await page.GetByLabel("Data of").FillAsync("{\"result\": 9}");
            await page.GetByRole(AriaRole.Button, new() { Name = "Change and run on" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The <b>agent</b> is asleep");
        }
        finally
        {
            browser.Runner.Fault = null;
        }

        (await watched.ObstaclesAsync()).ShouldBeEmpty();
        await watched.ShootAsync("not-run");
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask the runner again" }).ClickAsync();

        await Expect(page.GetByText("Begins with a changed event")).ToBeVisibleAsync();
        browser.Runner.Asked.Where(one => one.Parent == StreamName.Run("pilot-alone")).Select(one => one.Id).ToList().ShouldSatisfyAllConditions(
            asked => asked.Count.ShouldBe(2), asked => asked.Distinct().Count().ShouldBe(1));
        (await browser.Host.Ledger.ListBranchesAsync(StreamName.Run("pilot-alone"))).Count.ShouldBe(1);
    }

    [BrowserFact]
    public async Task Run_ExportedAsOneFile_OpensOffline()
    {
        await using var watched = await browser.OpenAsync("/run?stream=run:agent-at-work");
        var download = await watched.Page.RunAndWaitForDownloadAsync(() => watched.Page.GetByRole(AriaRole.Link, new() { Name = "one HTML file" }).ClickAsync());
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.html");
        await download.SaveAsAsync(file);
        download.SuggestedFilename.ShouldBe("run-agent-at-work.html");
        try
        {
            await OpenOfflineAsync(file, "file-run", async offline =>
            {
                await Expect(offline.GetByRole(AriaRole.Heading, new() { Name = "run:agent-at-work" })).ToBeVisibleAsync();
                await offline.Locator(".file-events summary").Filter(new() { HasText = "no such quay" }).ClickAsync();
                await Expect(offline.Locator(".file-events details[open] pre")).ToContainTextAsync("The crane answered 550: <b>no such quay</b>.");
                await Expect(offline.Locator(".said-assistant strong").Filter(new() { HasText = "northern" }).First).ToBeVisibleAsync();
            });
        }
        finally
        {
            File.Delete(file);
        }
    }

    [BrowserFact]
    public async Task Compare_ChosenFromTheList_WithAFilter_WithoutScripts()
    {
        await using var context = await browser.Browser.NewContextAsync(new BrowserNewContextOptions { JavaScriptEnabled = false });
        context.SetDefaultTimeout(Chromium.Patience);
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{browser.Host.Address}/ledger/compare?run=run:agent-at-work");

        await page.GetByLabel("Name, title or error").FillAsync("agent-again");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await page.GetByLabel("branch:agent-again").CheckAsync();
        await page.GetByLabel("Name, title or error").FillAsync("KETTLE");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await page.GetByLabel("run:kettle").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare the chosen" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "3 runs and branches side by side" })).ToBeVisibleAsync();
        await Expect(page.Locator("table.pairs thead th")).ToHaveCountAsync(4);
    }

    private async Task OpenOfflineAsync(string file, string name, Func<IPage, Task> look)
    {
        await using var context = await browser.Browser.NewContextAsync(new BrowserNewContextOptions { Offline = true });
        context.SetDefaultTimeout(Chromium.Patience);
        var page = await context.NewPageAsync();
        var faults = new List<string>();
        page.Console += (_, message) => faults.Add($"console: {message.Text}");
        page.Request += (_, request) => faults.Add(request.Url);
        await page.GotoAsync($"file://{file}");
        await look(page);
        await new WatchedPage(page, "file:").ShootAsync(name);
        faults.ShouldBe([$"file://{file}"]);
    }

    private static async Task WritePilotAsync(AgentLedger ledger, string id)
    {
        var asked = new NewEvent(new UntypedEvent("llm.request", JsonElement.Parse("""{"model": "large-2", "messages": [{"role": "user", "content": "Can the ship enter?"}]}""")));
        var answered = new NewEvent(new LlmResponse("I measure first.", "large-2", 0.01m), new EventMetadata { Causes = [asked.Id] });
        var called = new NewEvent(new ToolCalled("sonar"), new EventMetadata { Causes = [answered.Id] });
        await ledger.GetRun(id).AppendAsync(
        [
            asked, answered, called,
            new NewEvent(new UntypedEvent("tool.returned", JsonElement.Parse("""{"result": 4}""")), new EventMetadata { Causes = [called.Id] }),
            new NewEvent(new LlmResponse("Four metres: too shallow.", "large-2", 0.02m)), new RunCompleted(),
        ]);
    }
}
