namespace Ledger.Cli.Demo;

/// <summary>What a person types to start this program.</summary>
internal static class ProgramName
{
    private const string Name = "ledger";

    /// <summary>The path of the link that the build puts next to the program's folder; just the name if there is no link, or if the shell finds it.</summary>
    public static string OfProcess() =>
        Of(AppContext.BaseDirectory, Environment.CurrentDirectory, Environment.GetEnvironmentVariable("PATH") ?? "");

    /// <summary>The same, for a given program folder, current folder and search path.</summary>
    public static string Of(string programFolder, string currentFolder, string searched)
    {
        var folder = Path.GetFullPath(Path.Combine(programFolder, ".."));
        var link = Path.Combine(folder, Name);
        if (!File.Exists(link) || searched.Split(Path.PathSeparator).Contains(folder))
        {
            return Name;
        }

        var relative = Path.GetRelativePath(currentFolder, link);
        return relative.StartsWith("..", StringComparison.Ordinal) ? link : relative;
    }
}
