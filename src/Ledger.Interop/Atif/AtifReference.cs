namespace Ledger.Interop.Atif;

/// <summary>A trajectory in a file of its own that another one names.</summary>
/// <param name="Relation">What it is to the other: <see cref="Subagent"/> or <see cref="Continuation"/>.</param>
/// <param name="Name">Its <c>trajectory_id</c>, else its <c>session_id</c>; null for one that is named by its file alone.</param>
/// <param name="File">The name of its file without folder and extension, or null.</param>
/// <param name="EventId">The event that names it, by the id of the recording.</param>
internal sealed record AtifReference(string Relation, string? Name, string? File, string EventId)
{
    public const string Subagent = "subagent";
    public const string Continuation = "continuation";

    /// <summary>What a reference and the trajectory that it names have in common.</summary>
    public string Key => Name is null ? KeyOfFile(File!) : KeyOfName(Name);

    public static string KeyOfName(string name) => $"name {name}";

    public static string KeyOfFile(string file) => $"file {file}";

    /// <summary>The name of a file without folder and extension; null if there is none.</summary>
    public static string? FileOf(string? path)
    {
        var file = path is null ? "" : Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
        return file.Length is > 0 and <= 200 ? file : null;
    }
}
