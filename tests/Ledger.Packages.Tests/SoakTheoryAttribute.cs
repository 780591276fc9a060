using Ledger.Conformance;
using Xunit;

namespace Ledger.Packages.Tests;

/// <summary>The same for a test with several cases.</summary>
public sealed class SoakTheoryAttribute : TheoryAttribute
{
    public SoakTheoryAttribute() => Skip = Scale.IsSoak ? null : "It restores packages or publishes a program: './build.sh soak' and './build.sh tour' run it.";
}
