using Ledger.Cli.Demo;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Demo;

public sealed class ProgramNameTests
{
    [Fact]
    public void Of_LinkOfTheBuild_IsNamedFromWhereOneIs()
    {
        using var folder = new SourceFolder();
        folder.Write("artifacts/ledger", "");
        folder.Write("artifacts/cli/Ledger.Cli", "");
        folder.Write("elsewhere/file", "");
        var program = folder.PathOf("artifacts/cli/");

        ProgramName.Of(program, folder.Root, "/nowhere").ShouldBe(Path.Combine("artifacts", "ledger"));
        ProgramName.Of(program, folder.PathOf("elsewhere"), "").ShouldBe(folder.PathOf("artifacts/ledger"));
        ProgramName.Of(program, folder.Root, folder.PathOf("artifacts")).ShouldBe("ledger", "the shell finds it");
        ProgramName.Of(folder.PathOf("elsewhere/"), folder.Root, "").ShouldBe("ledger", "there is no link");
    }
}
