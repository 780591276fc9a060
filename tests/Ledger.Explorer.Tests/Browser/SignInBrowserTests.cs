using Ledger.Explorer.Access;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Ledger.Explorer.Tests.Browser;

/// <summary>Signing in with a token in a real browser, which alone decides when it sends a cookie.</summary>
public sealed class SignInBrowserTests : IAsyncLifetime
{
    private readonly string _token = ExplorerToken.Generate();

    private ExplorerHost? _host;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (Chromium.Path is null)
        {
            return;
        }

        _host = await ExplorerHost.StartAsync(
            new MemoryEventStore(),
            options => options with { Tokens = () => [new("ann", ExplorerRights.Read, ExplorerToken.HashOf(_token))] },
            listens: true);
        await SampleRun.WriteAsync(_host.Ledger);
        (_playwright, _browser) = await Chromium.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_playwright is not null)
        {
            await _browser!.DisposeAsync();
            _playwright.Dispose();
            await _host!.DisposeAsync();
        }
    }

    [BrowserFact]
    public async Task Page_OpenedWithoutAToken_IsSeenAfterSigningIn_AndNotAfterSigningOut()
    {
        await using var watched = new WatchedPage(await OpenAsync(), _host!.Address);
        var page = watched.Page;
        await watched.GoAsync("/run?stream=run%3Akettle");

        (await watched.ObstaclesAsync()).ShouldBeEmpty();
        foreach (var width in new[] { 1920, 1280, 390 })
        {
            await page.SetViewportSizeAsync(width, 900);
            (await watched.OverflowsAsync()).ShouldBeFalse();
            await watched.ShootAsync($"sign-in-light-{width}");
        }

        await page.GetByLabel("Token").FillAsync(_token);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "kettle" })).ToBeVisibleAsync();
        await Expect(page.Locator(".live")).ToHaveTextAsync("live");
        page.Url.ShouldEndWith("/ledger/run?stream=run%3Akettle");
        (await page.EvaluateAsync<string>("document.cookie")).ShouldNotContain("ledger-access");
        (await watched.ObstaclesAsync()).ShouldBeEmpty();
        (await watched.OverflowsAsync()).ShouldBeFalse();
        await watched.ShootAsync("signed-in-light-390");

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
    }

    // A browser withholds a strict cookie from whatever a link of another site opens.
    [BrowserFact]
    public async Task LinkOfAnotherSite_WithTheToken_AsksAndOpensThePage_AndLaterWithoutIt()
    {
        var page = await OpenAsync();
        await page.RouteAsync("http://elsewhere.example/", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "text/html",
            Body = $"<a href='{_host!.Address}/ledger/login?token={_token}'>first</a> <a href='{_host.Address}/ledger/search'>second</a>",
        }));
        foreach (var (link, end) in new[] { ("first", "/ledger/"), ("second", "/ledger/search") })
        {
            await page.GotoAsync("http://elsewhere.example/");
            await page.GetByText(link).ClickAsync();
            if (link == "first")
            {
                // It asks, because any site may have such a link.
                await Expect(page.GetByText("signs you in as ann")).ToBeVisibleAsync();
                await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
            }

            await Expect(page.GetByText("Sign out")).ToBeVisibleAsync();
            page.Url.ShouldBe(_host!.Address + end);
        }

        await page.Context.CloseAsync();
    }

    private async Task<IPage> OpenAsync()
    {
        var context = await _browser!.NewContextAsync();
        context.SetDefaultTimeout(Chromium.Patience);
        return await context.NewPageAsync();
    }
}
