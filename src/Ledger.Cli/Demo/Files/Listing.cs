namespace Ledger.Cli.Demo.Files;

/// <summary>The files below a folder.</summary>
/// <param name="Folder">The folder's name, without what is above it.</param>
/// <param name="Files">Those to be read, sorted by code point.</param>
/// <param name="Folders">How many folders were looked into, the first one included.</param>
/// <param name="Skipped">What was left out, and why.</param>
internal sealed record Listing(
    string Folder,
    IReadOnlyList<ListedFile> Files,
    int Folders,
    IReadOnlyList<SkippedFile> Skipped);

/// <summary>A file that was found.</summary>
/// <param name="Id">The path below the folder, with <c>/</c>, in a form that JSON can hold; unique in a listing.</param>
/// <param name="FullPath">Where the file can be opened.</param>
/// <param name="Size">Its bytes when it was found.</param>
internal sealed record ListedFile(string Id, string FullPath, long Size);

/// <summary>A file or folder that was left out.</summary>
/// <param name="Path">The path below the folder.</param>
/// <param name="Reason">One of a few words, such as <c>binary</c>.</param>
internal sealed record SkippedFile(string Path, string Reason);
