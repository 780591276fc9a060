namespace Ledger.Cli.Demo.References;

/// <summary>Paths below a folder, with <c>/</c>, without a look at the disk.</summary>
internal static class FolderPath
{
    /// <summary>A path that is relative to a folder, with <c>.</c> and <c>..</c> resolved; null when it leads out of the first folder.</summary>
    public static string? Join(string folder, string path)
    {
        var parts = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                {
                    return null;
                }

                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}
