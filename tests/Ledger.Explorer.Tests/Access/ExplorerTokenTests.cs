using Ledger.Explorer.Access;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Access;

/// <summary>Tokens and the file that lists them.</summary>
public sealed class ExplorerTokenTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Token_Generated_IsKnownByItsHashOnly()
    {
        var text = ExplorerToken.Generate();
        var token = new ExplorerToken("ann@example.com", ExplorerRights.Write, ExplorerToken.HashOf(text));

        text.Length.ShouldBe(47);
        ExplorerToken.Generate().ShouldNotBe(text);
        token.ToString().ShouldBe($"ann@example.com write {token.Hash}");
        token.ToString().ShouldNotContain(text);
        token.ShouldBe(new ExplorerToken("ann@example.com", ExplorerRights.Write, token.Hash));
        token.ShouldNotBe(new ExplorerToken("ann@example.com", ExplorerRights.Read, token.Hash));
    }

    [Theory]
    [InlineData("", "sha256:{0}")]
    [InlineData("an n", "sha256:{0}")]
    [InlineData("ann\nroot", "sha256:{0}")]
    [InlineData("ann", "{0}")]
    [InlineData("ann", "sha256:{0}0")]
    [InlineData("ann", "sha256:zz")]
    public void Token_Malformed_IsRefused(string name, string hash) =>
        Should.Throw<ArgumentException>(() => new ExplorerToken(name, ExplorerRights.Read, hash.Replace("{0}", new string('a', 64), StringComparison.Ordinal)));

    [Theory]
    [InlineData("short")]
    [InlineData("a token with spaces in it, long enough")]
    public void Hash_OfWhatIsNoToken_IsRefusedWithoutNamingIt(string token) =>
        Should.Throw<ArgumentException>(() => ExplorerToken.HashOf(token)).Message.ShouldNotContain(token);

    [Fact]
    public void File_Changed_IsReadAgain()
    {
        var hash = ExplorerToken.HashOf(ExplorerToken.Generate());
        File.WriteAllText(_path, $"# tokens of the harbour\n\nann  write\t{hash}\nben read {hash}\ndpo mask {hash}\n");
        var file = new ExplorerTokenFile(_path);

        file.Read().Select(token => (token.Name, token.Rights)).ShouldBe([("ann", ExplorerRights.Write), ("ben", ExplorerRights.Read), ("dpo", ExplorerRights.Mask)]);
        file.Read().ShouldBeSameAs(file.Read());
        File.WriteAllText(_path, $"ben read {hash}\n");
        file.Read().ShouldHaveSingleItem().Name.ShouldBe("ben");
        File.Delete(_path);
        Should.Throw<FileNotFoundException>(() => file.Read());
    }

    // As a secret of Kubernetes is mounted: the link to the file stays, and one on the way to it is replaced.
    [Fact]
    public void File_OfADirectoryThatIsReplaced_IsReadAgain()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var folder = Directory.CreateTempSubdirectory("tokens-").FullName;
        try
        {
            var hash = ExplorerToken.HashOf(ExplorerToken.Generate());
            foreach (var name in new[] { "ann", "ben" })
            {
                File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, name)).FullName, "tokens.txt"), $"{name} read {hash}\n");
                File.SetLastWriteTimeUtc(Path.Combine(folder, name, "tokens.txt"), new DateTime(2026, 1, name == "ann" ? 1 : 2, 0, 0, 0, DateTimeKind.Utc));
            }

            var data = Path.Combine(folder, "..data");
            Directory.CreateSymbolicLink(data, "ann");
            var file = new ExplorerTokenFile(File.CreateSymbolicLink(Path.Combine(folder, "tokens.txt"), "..data/tokens.txt").FullName);

            file.Read().ShouldHaveSingleItem().Name.ShouldBe("ann");
            File.Delete(data);
            Directory.CreateSymbolicLink(data, "ben");
            file.Read().ShouldHaveSingleItem().Name.ShouldBe("ben");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("ann")]
    [InlineData("ann write")]
    [InlineData("ann admin {0}")]
    [InlineData("ann write {0} more")]
    [InlineData("ann write lgr_secret")]
    public void File_WithALineThatIsNoToken_IsRefusedWithItsNumber_AndStaysRefused(string line)
    {
        var hash = ExplorerToken.HashOf(ExplorerToken.Generate());
        File.WriteAllText(_path, $"ben read {hash}\n{line.Replace("{0}", hash, StringComparison.Ordinal)}\n");
        var file = new ExplorerTokenFile(_path);

        foreach (var _ in new[] { 1, 2 })
        {
            Should.Throw<InvalidDataException>(() => file.Read()).Message.ShouldBe(
                $"Line 2 of '{_path}' is not a token: it must have a name, 'read', 'write' or 'mask', and 'sha256:' with 64 hexadecimal digits.");
        }
    }
}
