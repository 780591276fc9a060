using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Shouldly;

namespace Ledger.Explorer.Tests.Browser;

/// <summary>A page of a browser, and whatever went wrong in it.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private readonly string _address;
    private readonly List<string> _faults = [];

    public WatchedPage(IPage page, string address)
    {
        (Page, _address) = (page, address);
        page.Console += (_, message) => Note(message.Type is "error" or "warning", $"console: {message.Text}");
        page.PageError += (_, error) => Note(true, $"script: {error}");
        page.Request += (_, request) => Note(!request.Url.StartsWith(address, StringComparison.Ordinal), $"request to {request.Url}");
        page.Dialog += (_, dialog) => Note(true, $"dialog: {dialog.Message}");
    }

    public IPage Page { get; }

    public Task GoAsync(string path) => Page.GotoAsync($"{_address}/ledger{path}");

    public Task<string> TextAsync(string selector) => Page.Locator(selector).First.InnerTextAsync();

    /// <summary>A fault that the test provokes, by a part of its text; browsers report each answer that is an error. Default: none.</summary>
    public string? Provoked { get; set; }

    /// <summary>Whether something is wider than the window, so that the page scrolls sideways.</summary>
    public Task<bool> OverflowsAsync() =>
        Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth");

    /// <summary>Whether pictures are wanted.</summary>
    public static bool Shoots { get; } = Environment.GetEnvironmentVariable("LEDGER_SCREENSHOTS") == "1";

    /// <summary>What stands in the way of people with assistive technology: each rule of axe that is broken, and where.</summary>
    public async Task<IEnumerable<string>> ObstaclesAsync() =>
        (await Page.RunAxe()).Violations.Select(rule => $"{rule.Id}: {rule.Help} {string.Join(' ', rule.Nodes.Take(3).Select(node => node.Html))}");

    /// <summary>With <c>LEDGER_SCREENSHOTS=1</c>, keeps a picture of the whole page under <c>artifacts/screenshots</c>.</summary>
    public async Task ShootAsync(string name)
    {
        if (Shoots)
        {
            await Page.ScreenshotAsync(new PageScreenshotOptions
            {
                FullPage = true,
                Path = Path.Combine(Conformance.Conventions.SourceTree.Root, "artifacts", "screenshots", $"{name}.png"),
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Page.Context.CloseAsync();
        lock (_faults)
        {
            _faults.Where(fault => Provoked is null || !fault.Contains(Provoked, StringComparison.Ordinal)).ShouldBeEmpty();
        }
    }

    private void Note(bool isFault, string text)
    {
        if (isFault)
        {
            lock (_faults)
            {
                _faults.Add(text);
            }
        }
    }
}
