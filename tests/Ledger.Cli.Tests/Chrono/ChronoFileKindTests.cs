using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Chrono;

/// <summary>What is no plain file is refused before it is read.</summary>
public sealed class ChronoFileKindTests(CliDatabase database) : IClassFixture<CliDatabase>, IDisposable
{
    private const string Device = "is not a plain file but a device, a pipe or a link to one. Nothing was read; copy its content into a file.";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-kinds-");

    private string Events => Path.Combine(_folder.FullName, "events.wal");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Import_LinkToAnEndlessDevice_IsRefused()
    {
        File.CreateSymbolicLink(Events, "/dev/zero");

        (await ImportAsync()).ShouldBeRefused(1, $"'{Events}' {Device}");
    }

    [Fact]
    public async Task Import_PipeWithoutAWriter_IsRefused()
    {
        using (var mkfifo = Process.Start("mkfifo", [Events]))
        {
            await mkfifo.WaitForExitAsync();
        }

        (await ImportAsync()).ShouldBeRefused(1, $"'{Events}' {Device}");
    }

    [Fact]
    public async Task Import_LinkToAPipe_IsRefused()
    {
        var pipe = Path.Combine(_folder.FullName, "pipe");
        using (var mkfifo = Process.Start("mkfifo", [pipe]))
        {
            await mkfifo.WaitForExitAsync();
        }

        File.CreateSymbolicLink(Events, pipe);

        (await ImportAsync()).ShouldBeRefused(1, $"'{Events}' {Device}");
    }

    [Fact]
    public async Task Import_Directory_IsRefused()
    {
        Directory.CreateDirectory(Events);

        (await ImportAsync()).ShouldBeRefused(
            1, $"'{Events}' is not a plain file but a directory. Nothing was read; name the folder that contains the file.");
    }

    [Fact]
    public async Task Import_LinkToAPlainFile_IsTaken()
    {
        var vector = Path.Combine(AppContext.BaseDirectory, "Vectors", "chronomemory", "01-one-record");
        var file = Directory.EnumerateFiles(vector, "events.wal", SearchOption.AllDirectories).First();
        File.CreateSymbolicLink(Events, file);

        (await ImportAsync()).ShouldSucceed().ShouldContain("1 event");
    }

    [Fact]
    public async Task Restore_LinkToAnEndlessDevice_IsRefused()
    {
        (await database.Cli.RunAsync("chrono", "upsert", "kinds-kept", "R-1", "--label", "Kept")).ShouldSucceed();
        (await database.Cli.RunAsync("chrono", "backup", "kinds-kept", _folder.FullName)).ShouldSucceed();
        var events = Path.Combine(_folder.FullName, ".chronomemory", "events.wal");
        File.Delete(events);
        File.CreateSymbolicLink(events, "/dev/zero");

        (await Task.Run(() => database.Cli.RunAsync("chrono", "restore", "kinds-back", _folder.FullName)).WaitAsync(TimeSpan.FromMinutes(2)))
            .ShouldBeRefused(1, $"'{events}' {Device}");
    }

    // Opening a pipe waits for its writer, and the thread with it; the time is only how long that may take to be seen.
    private Task<CliResult> ImportAsync() =>
        Task.Run(() => database.Cli.RunAsync("chrono", "import", "kinds", _folder.FullName)).WaitAsync(TimeSpan.FromMinutes(2));
}
