using Xunit;

namespace Ledger.Interop.Tests;

/// <summary>A test on real recordings of others, which lie beside the source tree; skipped with a sentence where they do not.</summary>
public sealed class RecordedTheoryAttribute : TheoryAttribute
{
    public RecordedTheoryAttribute() => Skip = Directory.Exists(Recorded.Folder) ? null : $"There are no recordings in '{Recorded.Folder}'.";
}
