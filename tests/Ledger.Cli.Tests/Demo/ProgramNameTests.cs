using Ledger.Cli.Demo;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Demo;

public sealed class ProgramNameTests
{
    [Fact]
    public void Of_LinkOfTheBuild_IsNamedFromTheCurrentFolder()
    {
        var folder = Directory.CreateTempSubdirectory("ledger-").FullName;
        try
        {
            var (artifacts, elsewhere) = (Path.Combine(folder, "artifacts"), Path.Combine(folder, "elsewhere"));
            var program = Directory.CreateDirectory(Path.Combine(artifacts, "cli")).FullName + "/";
            File.WriteAllText(Path.Combine(artifacts, "ledger"), "");

            ProgramName.Of(program, folder, "/nowhere").ShouldBe(Path.Combine("artifacts", "ledger"));
            ProgramName.Of(program, elsewhere, "").ShouldBe(Path.Combine(artifacts, "ledger"));
            ProgramName.Of(program, folder, artifacts).ShouldBe("ledger", "the shell finds it");
            ProgramName.Of(elsewhere + "/", folder, "").ShouldBe("ledger", "there is no link");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
