using System.Text.RegularExpressions;
using Ledger.Conformance;
using Ledger.Conformance.Conventions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Browser;

/// <summary>The site of the documentation in a browser, as './build.sh docs' has made it: './build.sh tour' makes it first.</summary>
public sealed partial class DocsSiteTests
{
    // One of many columns is scrolled by itself on a narrow screen, and the fonts of machines differ by some pixels.
    private const string WideTables =
        """
        () => [...document.querySelectorAll('article table')]
            .filter(t => t.rows[0].cells.length * 110 <= innerWidth && t.parentElement.scrollWidth > t.parentElement.clientWidth + 24)
            .map(t => t.innerText.replace(/\s+/g, ' ').slice(0, 40))
        """;

    private static readonly string Site = Path.Combine(SourceTree.Root, "artifacts", "site");

    [SiteFact]
    public async Task Pages_ThreeWidths_FitTheWindow_AndAskForNothingThatIsMissing()
    {
        await using var server = await ServeAsync();
        var (playwright, browser) = await Chromium.StartAsync();
        var faults = new List<string>();
        try
        {
            var page = await browser.NewPageAsync();
            page.PageError += (_, error) => faults.Add($"{page.Url}: {error}");
            page.Response += (_, response) => Note(faults, response.Status >= 400, $"{page.Url}: {response.Status} {response.Url}");
            page.Request += (_, request) => Note(faults, !request.Url.StartsWith(server.Urls.First(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal), $"{page.Url} asks {request.Url}");
            foreach (var path in Pages())
            {
                await page.GotoAsync($"{server.Urls.First()}/{path}");
                foreach (var width in new[] { 1400, 900, 400 })
                {
                    await page.SetViewportSizeAsync(width, 900);
                    await ShootAsync(page, $"docs-{Path.GetFileNameWithoutExtension(path)}-{width}");
                    Note(faults, await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"), $"{path} is wider than {width} pixels");
                    faults.AddRange((await page.EvaluateAsync<string[]>(WideTables)).Select(table => $"{path}: a table is wider than {width} pixels: {table}"));
                }
            }
        }
        finally
        {
            await browser.CloseAsync();
            playwright.Dispose();
        }

        faults.ShouldBeEmpty(string.Join('\n', faults));
    }

    /// <summary>The list for models is where it is looked for, and leads to the pages as they are written.</summary>
    [SiteFact]
    public void ListForModels_LeadsToPages()
    {
        foreach (var list in new[] { "llms.txt", "docs/llms.txt" })
        {
            var links = Link().Matches(File.ReadAllText(Path.Combine(Site, list))).Select(m => m.Groups["path"].Value).ToList();

            links.Count.ShouldBeGreaterThan(20);
            links.Where(link => !File.Exists(Path.Combine(Site, Path.GetDirectoryName(list)!, link))).ShouldBeEmpty(list);
        }
    }

    private static void Note(List<string> faults, bool isFault, string fault)
    {
        if (isFault)
        {
            faults.Add(fault);
        }
    }

    // The pages for people. The reference of types is made by its tool, and begins with one of them.
    private static List<string> Pages() =>
        [.. new[] { "docs", "docs/tutorials" }.SelectMany(folder => Directory.GetFiles(Path.Combine(Site, folder), "*.html"))
            .Append(Path.Combine(Site, "README.html"))
            .Append(Path.Combine(Site, "CHANGELOG.html"))
            .Append(Path.Combine(Site, "docs/api/Ledger.Run.html"))
            .Select(path => Path.GetRelativePath(Site, path)).Where(path => !path.EndsWith("toc.html", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static async Task ShootAsync(IPage page, string name)
    {
        if (WatchedPage.Shoots)
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { FullPage = true, Path = Path.Combine(SourceTree.Root, "artifacts", "screenshots", $"{name}.png") });
        }
    }

    private static async Task<WebApplication> ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseFileServer(new FileServerOptions { FileProvider = new PhysicalFileProvider(Site), StaticFileOptions = { ServeUnknownFileTypes = true } });
        await app.StartAsync();
        return app;
    }

    [GeneratedRegex(@"\]\((?<path>[^)]+)\)")]
    private static partial Regex Link();

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class SiteFactAttribute : FactAttribute
    {
        public SiteFactAttribute() => Skip = Chromium.Path is null ? "There is no Chromium."
            : !Scale.IsSoak ? "It reads a site that is built: './build.sh tour' runs it."
            : !Directory.Exists(Site) ? "There is no site: './build.sh docs' makes it."
            : null;
    }
}
