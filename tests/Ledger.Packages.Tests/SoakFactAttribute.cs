using Ledger.Conformance;
using Xunit;

namespace Ledger.Packages.Tests;

/// <summary>A test that takes more than a few seconds, because it restores or publishes a program: for <c>./build.sh soak</c> and <c>./build.sh tour</c>.</summary>
public sealed class SoakFactAttribute : FactAttribute
{
    public SoakFactAttribute() => Skip = Scale.IsSoak ? null : "It restores packages or publishes a program: './build.sh soak' and './build.sh tour' run it.";
}
