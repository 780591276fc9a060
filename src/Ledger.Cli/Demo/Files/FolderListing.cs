using System.Collections.Frozen;
using Ledger.Json;

namespace Ledger.Cli.Demo.Files;

/// <summary>Lists a folder for the agent: no links, no build output, no more than the limits.</summary>
internal static class FolderListing
{
    private static readonly FrozenSet<string> LeftOut = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        ".git", ".hg", ".svn", ".vs", ".idea", "bin", "obj", "artifacts", "node_modules", ".venv", "venv", "__pycache__", "TestResults");

    // What .NET says of an entry that it cannot ask about: one that has vanished, or whose name is not UTF-8.
    private const FileAttributes Unknown = (FileAttributes)(-1);

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>Walks a folder; links are not followed, so that a loop of links cannot be entered.</summary>
    /// <exception cref="RefusalException">The folder is missing, is no folder, cannot be read, or has no files.</exception>
    public static Listing List(string folder, ReadLimits limits, CancellationToken cancellationToken)
    {
        var root = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var shown = DisplayText.OneLine(folder);
        if (File.Exists(root.FullName))
        {
            throw new RefusalException($"'{shown}' is a file. Name the folder that the demo is to look at.");
        }

        if (!root.Exists)
        {
            throw new RefusalException($"There is no folder '{shown}'. Name one that exists, or none for the current one.");
        }

        try
        {
            var listing = Walk(root, limits, cancellationToken);
            return listing.Files.Count > 0
                ? listing
                : throw new RefusalException(
                    $"The folder '{shown}' has no files to look at; links and build output do not count. Name another one.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RefusalException($"The folder '{shown}' cannot be read: {DisplayText.OneLine(fault.Message)}");
        }
    }

    private static Listing Walk(DirectoryInfo root, ReadLimits limits, CancellationToken cancellationToken)
    {
        var ids = new UniqueIds();
        var files = new List<ListedFile>();
        var skipped = new List<SkippedFile>();
        var folders = 0;
        var open = new Stack<(DirectoryInfo Folder, string Path)>([(root, "")]);
        while (open.TryPop(out var current))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Enumerate(current.Folder, isRoot: current.Path.Length == 0) is not { } entries)
            {
                skipped.Add(new SkippedFile(DisplayText.Storable(current.Path.TrimEnd('/')), "unreadable"));
                continue;
            }

            folders++;
            var below = new List<(DirectoryInfo, string)>();
            foreach (var entry in entries)
            {
                var path = current.Path + entry.Name;
                var attributes = entry.Attributes;
                if (attributes == Unknown)
                {
                    skipped.Add(new SkippedFile(DisplayText.Storable(path), "unreadable"));
                }
                else if (attributes.HasFlag(FileAttributes.ReparsePoint))
                {
                    skipped.Add(new SkippedFile(DisplayText.Storable(path), "link"));
                }
                else if (entry is DirectoryInfo directory)
                {
                    if (!LeftOut.Contains(entry.Name))
                    {
                        below.Add((directory, path + "/"));
                    }
                }
                else if (files.Count == limits.MaxFiles)
                {
                    skipped.Add(new SkippedFile(DisplayText.Storable(path), "too many files"));
                    return new Listing(DisplayText.Storable(root.Name), Sorted(files), folders, skipped);
                }
                else
                {
                    files.Add(new ListedFile(ids.Claim(DisplayText.Storable(path)), entry.FullName, LengthOf((FileInfo)entry)));
                }
            }

            // The stack gives the last one first.
            foreach (var directory in Enumerable.Reverse(below))
            {
                open.Push(directory);
            }
        }

        return new Listing(DisplayText.Storable(root.Name), Sorted(files), folders, skipped);
    }

    private static List<FileSystemInfo>? Enumerate(DirectoryInfo folder, bool isRoot)
    {
        try
        {
            var entries = folder.EnumerateFileSystemInfos("*", Everything).ToList();
            entries.Sort((left, right) => CodePointComparer.Instance.Compare(left.Name, right.Name));
            return entries;
        }
        catch (Exception fault) when (!isRoot && fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // A file can vanish between the listing and the question; reading it will tell.
    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (IOException)
        {
            return -1;
        }
    }

    private static List<ListedFile> Sorted(List<ListedFile> files)
    {
        files.Sort((left, right) => CodePointComparer.Instance.Compare(left.Id, right.Id));
        return files;
    }
}
