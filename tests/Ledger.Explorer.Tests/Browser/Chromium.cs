using Microsoft.Playwright;
using Xunit;

namespace Ledger.Explorer.Tests.Browser;

/// <summary>The browser of the machine: the one that <c>LEDGER_CHROMIUM</c> names, else Debian's.</summary>
public static class Chromium
{
    /// <summary>How many milliseconds a page may take for a step: none does, unless the machine is busy.</summary>
    public const float Patience = 120_000;

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    /// <summary>Its program, or null where there is none.</summary>
    public static string? Path { get; } = Find();

    public static async Task<(IPlaywright Playwright, IBrowser Browser)> StartAsync()
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Path,
            Timeout = Patience,
            // Debian's sandbox needs rights that root in a container has not.
            Args = ["--no-sandbox", "--disable-gpu"],
        });
        return (playwright, browser);
    }

    private static string? Find() =>
        Environment.GetEnvironmentVariable("LEDGER_CHROMIUM") is { Length: > 0 } named and not "install"
            ? named
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
                .SelectMany(folder => Names.Select(name => System.IO.Path.Combine(folder, name)))
                .FirstOrDefault(File.Exists);
}

/// <summary>A test in a real browser; without one it is reported as not run.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Chromium.Path is null)
        {
            Skip = "There is no Chromium. 'LEDGER_CHROMIUM=install ./build.sh test' installs Debian's.";
        }
    }
}
