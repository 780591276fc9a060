using Ledger.Conformance.Conventions;

namespace Ledger.Interop.Tests;

/// <summary>The real recordings.</summary>
internal static class Recorded
{
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(SourceTree.Root, "..", "shared", "data"));

    public static RecordingSource Open(string name) => RecordingSource.OfFile(Path.Combine(Folder, name));
}
