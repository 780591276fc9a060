using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace Ledger.Cli.Tests;

/// <summary>Texts that were read and found good. With <c>LEDGER_APPROVE=1</c> a test writes what it got, to be read in the difference.</summary>
internal static partial class Approved
{
    public static void Check(string name, string text, [CallerFilePath] string caller = "")
    {
        var actual = Scrub(text);
        if (Environment.GetEnvironmentVariable("LEDGER_APPROVE") == "1")
        {
            File.WriteAllText(Path.Combine(FolderOf(caller), $"{name}.txt"), actual);
            return;
        }

        var file = Path.Combine(AppContext.BaseDirectory, "Approved", $"{name}.txt");
        Assert.Equal(File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "", actual);
    }

    /// <summary>Puts words where every run has other values.</summary>
    private static string Scrub(string text)
    {
        text = NewId().Replace(text, "<id>");
        return Now().Replace(text, "<time>");
    }

    private static string FolderOf(string caller)
    {
        var folder = Path.GetDirectoryName(caller)!;
        while (!Directory.Exists(Path.Combine(folder, "Approved")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return Path.Combine(folder, "Approved");
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.CultureInvariant)]
    private static partial Regex NewId();

    // Times that a test chooses are at the beginning of a minute.
    [GeneratedRegex(@"20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ](?!00:00:0)[0-9:]{8}(\.[0-9]+)?(Z|\+00:00)", RegexOptions.CultureInvariant)]
    private static partial Regex Now();
}
