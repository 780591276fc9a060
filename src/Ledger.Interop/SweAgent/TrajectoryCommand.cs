namespace Ledger.Interop.SweAgent;

/// <summary>The effect of a recorded command on a file.</summary>
internal enum FileUse
{
    /// <summary>No effect that the importer knows.</summary>
    None,

    /// <summary>Shows the file.</summary>
    Opens,

    /// <summary>Changes or creates the file.</summary>
    Edits,

    /// <summary>Removes the file.</summary>
    Removes,
}

/// <summary>The command of a step, in the syntax of SWE-agent's tools.</summary>
internal sealed class TrajectoryCommand
{
    private readonly string[] _words;

    public TrajectoryCommand(string action) =>
        _words = action.Split('\n', 2)[0].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The first word: the tool's name.</summary>
    public string Tool => _words is [var tool, ..] ? tool : "";

    /// <summary>The effect and the file; no path means the file that is open.</summary>
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

    /// <summary>Whether a tool's answer reports that it refused the command.</summary>
    public static bool Failed(string? observation) =>
        observation is not null
        && (observation.Contains("Your proposed edit has introduced new syntax error", StringComparison.Ordinal)
            || observation.StartsWith("No file open", StringComparison.Ordinal)
            || observation.StartsWith("Usage:", StringComparison.Ordinal)
            || (observation.StartsWith("File ", StringComparison.Ordinal) && observation.Contains(" not found", StringComparison.Ordinal)));

    /// <summary>An absolute path if the folder is known, without <c>.</c> and <c>..</c>.</summary>
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
