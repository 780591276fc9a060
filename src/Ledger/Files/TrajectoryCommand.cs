namespace Ledger.Files;

/// <summary>What a command of a recorded agent does with a file.</summary>
internal enum FileUse
{
    /// <summary>Nothing that the importer knows.</summary>
    None,

    /// <summary>Shows it.</summary>
    Opens,

    /// <summary>Changes or makes it.</summary>
    Edits,

    /// <summary>Removes it.</summary>
    Removes,
}

/// <summary>The command of a step, read as SWE-agent's tools spell them.</summary>
internal sealed class TrajectoryCommand
{
    private readonly string[] _words;

    public TrajectoryCommand(string action) =>
        _words = action.Split('\n', 2)[0].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The first word: the tool's name.</summary>
    public string Tool => _words is [var tool, ..] ? tool : "";

    /// <summary>What it does with which file; no path means the open one.</summary>
    public (FileUse Use, string? Path) File => _words switch
    {
        ["open", var path, ..] => (FileUse.Opens, Unquoted(path)),
        ["create", var path, ..] => (FileUse.Edits, Unquoted(path)),
        ["edit" or "insert" or "append", ..] => (FileUse.Edits, null),
        ["str_replace_editor", "view", var path, ..] => (FileUse.Opens, Unquoted(path)),
        ["str_replace_editor", _, var path, ..] => (FileUse.Edits, Unquoted(path)),
        ["rm", .., var path] => (FileUse.Removes, Unquoted(path)),
        _ => (FileUse.None, null),
    };

    /// <summary>Whether the answer of a tool says that it did not do what it was told.</summary>
    public static bool Failed(string? observation) =>
        observation is not null
        && (observation.Contains("Your proposed edit has introduced new syntax error", StringComparison.Ordinal)
            || observation.StartsWith("No file open", StringComparison.Ordinal)
            || observation.StartsWith("Usage:", StringComparison.Ordinal)
            || (observation.StartsWith("File ", StringComparison.Ordinal) && observation.Contains(" not found", StringComparison.Ordinal)));

    /// <summary>A path from the root where the folder is known, without <c>.</c> and <c>..</c>.</summary>
    public static string Absolute(string path, string? folder)
    {
        var full = path.StartsWith('/') || folder is null ? path : $"{folder}/{path}";
        var parts = new List<string>();
        foreach (var part in full.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != "."))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else
            {
                parts.Add(part);
            }
        }

        return (full.StartsWith('/') ? "/" : "") + string.Join('/', parts);
    }

    private static string Unquoted(string word) => word.Trim('"', '\'');
}
