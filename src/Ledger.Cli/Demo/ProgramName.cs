namespace Ledger.Cli.Demo;

/// <summary>What a person types to start this program.</summary>
internal static class ProgramName
{
    private const string Name = "ledger";

    /// <summary>The path of the link that the build leaves beside the program's folder; the name alone where there is none, or the shell finds it.</summary>
    public static string OfProcess() =>
        Of(AppContext.BaseDirectory, Environment.CurrentDirectory, Environment.GetEnvironmentVariable("PATH") ?? "");

    /// <summary>The same for a program in a folder, a current folder, and what the shell searches.</summary>
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
