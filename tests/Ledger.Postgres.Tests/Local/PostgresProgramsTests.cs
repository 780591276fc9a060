using System.Runtime.Versioning;
using Ledger.Postgres.Local;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Local;

[UnsupportedOSPlatform("windows")]
public sealed class PostgresProgramsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ledger-programs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void FindAll_PathFirst_ThenTheNewestPackage()
    {
        var search = new ProgramSearch([Install("path", "15.3")], [Install("b", "16.1 (Debian 16.1-1)"), Install("c", "18beta1"), Install("a", "17.0")]);

        PostgresPrograms.FindAll(search).Select(programs => programs.MajorVersion).ShouldBe([15, 18, 17, 16]);
    }

    [Fact]
    public void FindAll_TooOldIncompleteBrokenOrTwice_AreLeftOut()
    {
        var incomplete = Install("incomplete", "17.1");
        File.Delete(Path.Combine(incomplete, "initdb"));
        var broken = Install("broken", "17.1");
        File.WriteAllText(Path.Combine(broken, "postgres"), "not a program");
        var good = Install("good", "17.1");
        var link = Path.Combine(_folder, "link");
        Directory.CreateDirectory(link);
        foreach (var program in new[] { "initdb", "pg_ctl", "postgres" })
        {
            File.CreateSymbolicLink(Path.Combine(link, program), Path.Combine(good, program));
        }

        var search = new ProgramSearch([Install("old", "14.9"), incomplete, broken, Path.Combine(_folder, "absent"), link], [good]);

        PostgresPrograms.FindAll(search).Select(programs => programs.Folder).ShouldBe([good]);
    }

    [Fact]
    public void NotFound_Message_SaysWhatToInstall() =>
        new PostgresProgramsNotFoundException(null).Message.ShouldBe(
            "No PostgreSQL 15 or newer was found on PATH or in '/usr/lib/postgresql/*/bin'. "
            + "Install the server (Debian and Ubuntu: 'apt install postgresql'), or name a running one in LEDGER_POSTGRES.");

    private string Install(string name, string version)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        foreach (var program in new[] { "initdb", "pg_ctl", "postgres" })
        {
            var path = Path.Combine(folder, program);
            File.WriteAllText(path, $"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return folder;
    }
}
