using Microsoft.Playwright;
using Shouldly;

namespace Ledger.Explorer.Tests.Browser;

/// <summary>Every page in four widths: nothing overflows. The pictures are for people to look at, and with them axe looks at every page in both themes; without them at one of each kind.</summary>
public sealed class ScreenshotTests(BrowserHost browser) : Xunit.IClassFixture<BrowserHost>
{
    private static readonly (string Name, string Path)[] Pages =
    [
        ("runs", "/"),
        ("runs-ranges", "/?min_cost=0.001&order=tokens"),
        ("run", "/run?stream=run:kettle"),
        ("run-filtered", "/run?stream=run:kettle&type=object.*&lanes=actor"),
        ("event", "/event?stream=run:kettle&position=5"),
        ("branches", "/branches?stream=run:kettle"),
        ("world", "/world?stream=run:kettle&at=12"),
        ("object", "/object?stream=run:kettle&id=claim-1"),
        ("diff", "/diff?a=run:kettle&b=branch:kettle-strict"),
        ("run-long", "/run?stream=run:survey-of-harbours"),
        ("run-empty", "/run?stream=run:empty"),
        ("event-long", "/event?stream=run:survey-of-harbours&position=3"),
        ("branches-many", "/branches?stream=run:survey-of-harbours"),
        ("world-graph-of-some", "/world?stream=run:survey-of-harbours&text=harbour-1"),
        ("world-graph", "/world?stream=run:survey-of-harbours"),
        ("world-large", "/world?stream=run:crowded"),
        ("world-fault", "/world?stream=run:faulty"),
        ("object-related", "/object?stream=run:survey-of-harbours&id=harbour-0"),
        ("diff-large", "/diff?a=run:survey-of-harbours&at_a=40&b=run:survey-of-harbours"),
        ("diff-form", "/diff"),
        ("merge", "/merge?target=run:kettle&source=branch:kettle-strict"),
        ("merge-form", "/merge"),
        ("tasks", "/tasks"),
        ("tasks-none", "/tasks?state=forgotten"),
        ("task", "/task?id=survey"),
        ("projects", "/projects"),
        ("project-large", "/project?project=harbours"),
        ("record", "/record?project=harbours&id=req-3"),
        ("usage", "/run/usage?stream=run:survey-of-harbours"),
        ("project", "/project?project=kettle"),
        ("projections", "/projections"),
        ("search", "/search?text=quay"),
        ("search-form", "/search"),
        ("search-tool", "/search?tool=sonar&where=quay%3Dnorth"),
        ("chat", "/run/chat?stream=run:agent-at-work"),
        ("chat-raw", "/run/chat?stream=run:agent-at-work&text=raw"),
        ("steps", "/run/steps?stream=run:agent-at-work"),
        ("steps-long", "/run/steps?stream=run:survey-of-harbours"),
        ("totals", "/totals"),
        ("totals-model", "/totals?by=model&kind=all"),
        ("compare", "/diff?a=run:agent-at-work&b=branch:agent-again"),
        ("api", "/api/v1"),
        ("projection-steps", "/projections/step?stream=run:survey-of-harbours"),
        ("projection-steps-world", "/projections/step?stream=run:faulty&projection=ledger:world"),
        ("projection-steps-form", "/projections/step"),
        ("event-of-agent", "/event?stream=run:agent-at-work&position=6"),
        ("change", "/change?stream=run:agent-at-work&position=1"),
        ("run-changed", "/run?stream=branch:agent-changed&from=last"),
        ("pick", "/compare?run=run:agent-at-work&run=branch:agent-again&show=pick"),
        ("side-by-side-2", "/compare?run=run:agent-at-work&run=branch:agent-again"),
        ("side-by-side-3", "/compare?run=run:agent-at-work&run=branch:agent-again&run=branch:agent-changed&rows=all"),
        ("side-by-side-4", "/compare?run=run:survey-of-harbours&run=branch:what-if-0&run=branch:what-if-1&run=branch:what-if-2"),
        ("not-found", "/run?stream=run:nobody"),
    ];

    // One of each kind, which axe looks at in every run.
    private static readonly HashSet<string> Kinds =
    [
        "runs", "run-long", "event-of-agent", "branches-many", "world-graph", "object-related", "diff", "merge", "task", "project-large", "projections", "search-tool", "chat", "steps", "totals-model",
        "change", "pick", "side-by-side-3", "projection-steps", "api",
    ];

    // Colours do not change the widths: the dark theme is for the pictures.
    private static readonly ColorScheme[] Themes = WatchedPage.Shoots ? [ColorScheme.Light, ColorScheme.Dark] : [ColorScheme.Light];

    [BrowserFact]
    public async Task Pages_FourWidths_FitTheWindow()
    {
        var page = await (await browser.Browser.NewContextAsync()).NewPageAsync();
        var watched = new WatchedPage(page, browser.Host.Address);
        var obstacles = new List<string>();
        foreach (var (name, path) in Pages)
        {
            await watched.GoAsync(path);
            foreach (var scheme in Themes)
            {
                await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
                if (WatchedPage.Shoots || Kinds.Contains(name))
                {
                    obstacles.AddRange((await watched.ObstaclesAsync()).Select(found => $"{path} {scheme} {found}"));
                }

                foreach (var width in new[] { 1920, 1280, 768, 390 })
                {
                    await page.SetViewportSizeAsync(width, 900);
                    await watched.ShootAsync($"{name}-{scheme.ToString().ToLowerInvariant()}-{width}");
                    if (await watched.OverflowsAsync())
                    {
                        obstacles.Add($"{path} is wider than {width} pixels");
                    }
                }
            }
        }

        await page.Context.CloseAsync();
        obstacles.ShouldBeEmpty(string.Join('\n', obstacles));
    }
}
