using Ledger.Cli.Demo.References;

namespace Ledger.Cli.Demo.Files;

/// <summary>What the agent knows of a file once it has read it; the text itself is not kept.</summary>
/// <param name="Id">The path below the folder.</param>
/// <param name="Language">What it is written in.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Lines">Its lines; a last one without an end counts.</param>
/// <param name="Sha256">The hash of its bytes, in lower-case hexadecimal digits.</param>
/// <param name="Markers">The first places where work was left to do.</param>
/// <param name="MarkerCount">How many such places there are.</param>
/// <param name="Mentions">What it says of other files, not resolved yet.</param>
internal sealed record SourceFile(
    string Id,
    Language Language,
    long Size,
    int Lines,
    string Sha256,
    IReadOnlyList<Marker> Markers,
    int MarkerCount,
    IReadOnlyList<Mention> Mentions)
{
    /// <summary>The folder that it is in, without a slash at the end; empty for the first one.</summary>
    public string Folder => Id.LastIndexOf('/') is var slash and >= 0 ? Id[..slash] : "";
}
