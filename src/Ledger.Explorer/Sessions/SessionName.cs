using Ledger.Explorer.Rendering;

namespace Ledger.Explorer.Sessions;

/// <summary>A session of a project, and the run that keeps it.</summary>
/// <remarks>A slash separates the two in the run's name; one in a name is written <c>%2F</c>, so that no two sessions share a run.</remarks>
internal sealed record SessionName(string Project, string Session)
{
    private const string Prefix = "run:sessions/";

    /// <summary>The run.</summary>
    /// <exception cref="BadRequestException">The names are too long, or cannot be seen.</exception>
    public StreamName Stream
    {
        get
        {
            var name = PrefixOf(Project) + Escape(Session);
            return Project.Length > 0 && Session.Length > 0 && name.Length <= StreamName.MaxLength
                ? Query.NewStreamNameOf(name)
                : throw new BadRequestException(
                    $"A project and a session have at least one character each, and at most {StreamName.MaxLength - Prefix.Length - 1} together, but were {Project.Length} and {Session.Length} long.");
        }
    }

    /// <summary>How the names of the runs of a project begin, or of all projects.</summary>
    /// <param name="project">The project; null for all.</param>
    /// <param name="beginning">How the names of the sessions begin.</param>
    public static string PrefixOf(string? project, string beginning = "") =>
        project is null ? Prefix : $"{Prefix}{Escape(project)}/{Escape(beginning)}";

    /// <summary>The session that a run keeps; null if it keeps none.</summary>
    public static SessionName? Of(StreamName stream)
    {
        var text = stream.Value;
        var slash = text.StartsWith(Prefix, StringComparison.Ordinal) ? text.IndexOf('/', Prefix.Length) : -1;
        return slash > Prefix.Length && slash < text.Length - 1 && !text.AsSpan(slash + 1).Contains('/')
            ? new SessionName(Unescape(text[Prefix.Length..slash]), Unescape(text[(slash + 1)..]))
            : null;
    }

    private static string Escape(string text) =>
        text.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    private static string Unescape(string text) =>
        text.Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
}
