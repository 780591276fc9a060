using System.Runtime.Versioning;
using Ledger.Postgres.Local;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Local;

[UnsupportedOSPlatform("windows")]
public sealed class ClusterLayoutTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public async Task Start_HomeThatTheServersUserCannotEnter_LivesInTheSystemFolderAndLeavesTheHomeClosed()
    {
        await using var scratch = new ScratchFolder();
        var options = scratch.Options("closed/ledger");
        var closed = Directory.CreateDirectory(Path.GetDirectoryName(options.Home)!, OwnerOnly).FullName;
        var cluster = await scratch.OpenAsync(options);

        await cluster.StartAsync();

        cluster.DataFolder.ShouldStartWith(Environment.IsPrivilegedProcess ? scratch.SystemFolder : options.Home);
        (await cluster.GetStatusAsync()).ShouldSatisfyAllConditions(
            status => status.Running.ShouldBeTrue(),
            status => status.DataFolder.ShouldBe(cluster.DataFolder));
        File.GetUnixFileMode(closed).ShouldBe(OwnerOnly);
    }

    [Fact]
    public async Task Open_SameHomeWrittenDifferently_FindsTheSameCluster()
    {
        await using var scratch = new ScratchFolder();
        var first = await scratch.OpenAsync(scratch.Options("closed"));

        var second = await scratch.OpenAsync(scratch.Options("other/../closed/"));

        second.DataFolder.ShouldBe(first.DataFolder);
    }

    [Fact]
    public async Task Open_HomeClosedAfterTheFirstStart_StillFindsTheData()
    {
        await using var scratch = new ScratchFolder();
        var options = scratch.Options("later");
        var cluster = await scratch.OpenAsync(options);
        await cluster.StartAsync();
        await cluster.StopAsync();
        File.SetUnixFileMode(options.Home, OwnerOnly);

        var again = await scratch.OpenAsync(options);

        again.DataFolder.ShouldBe(cluster.DataFolder);
    }

    [Fact]
    public async Task Open_DataOfANewerServer_NamesTheProgramsThatAreMissing()
    {
        await using var scratch = new ScratchFolder();
        var options = scratch.Options();
        var data = Directory.CreateDirectory(Path.Combine(options.Home, "postgres", "99", "data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "PG_VERSION"), "99\n");
        var cluster = await LocalCluster.OpenAsync(options);

        var refusal = await Should.ThrowAsync<PostgresProgramsNotFoundException>(() => cluster.StartAsync());

        refusal.MajorVersion.ShouldBe(99);
        refusal.Message.ShouldBe(
            "The private cluster was made by PostgreSQL 99, whose programs were not found on PATH or in '/usr/lib/postgresql/*/bin'. "
            + "Install them again (Debian and Ubuntu: 'apt install postgresql-99'), or set LEDGER_HOME to another folder.");
        (await cluster.GetStatusAsync()).Version.ShouldBe("99");
    }

    [Fact]
    public async Task Start_HomeIsAFile_SaysSo()
    {
        await using var scratch = new ScratchFolder();
        var options = scratch.Options("file");
        await File.WriteAllTextAsync(options.Home, "");
        var cluster = await LocalCluster.OpenAsync(options);

        var refusal = await Should.ThrowAsync<LocalClusterException>(() => cluster.StartAsync());

        refusal.Message.ShouldStartWith($"The folder '{options.Home}");
        refusal.Message.ShouldEndWith("Set LEDGER_HOME to a folder that you own.");
    }

    [Fact]
    public async Task Open_BadOptions_NamesAllFaults()
    {
        var refusal = await Should.ThrowAsync<ArgumentException>(
            () => LocalCluster.OpenAsync(new LocalClusterOptions { Home = " ", Timeout = TimeSpan.Zero }));

        refusal.Message.ShouldBe("Home is empty: set LEDGER_HOME to a folder. Timeout is '00:00:00', but must be from 1 second to 1 hour.");
    }

    [Fact]
    public void Choose_UserPostgresExists_IsPreferredToNobody()
    {
        string[] users = ["root:x:0:0:root:/root:/bin/sh", "nobody:x:65534:65534::/:/bin/false", "postgres:x:101:104::/var/lib/postgresql:/bin/sh"];

        ServerAccount.Choose(users).ShouldBe(new ServerAccount("postgres", 101, 104));
        ServerAccount.Choose(users.Take(2)).ShouldBe(new ServerAccount("nobody", 65534, 65534));
        Should.Throw<InvalidOperationException>(() => ServerAccount.Choose(users.Take(1)));
    }
}
