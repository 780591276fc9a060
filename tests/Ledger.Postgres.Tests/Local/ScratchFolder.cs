using System.Diagnostics;
using System.Runtime.Versioning;
using Ledger.Postgres.Local;
using Shouldly;

namespace Ledger.Postgres.Tests.Local;

/// <summary>A folder for one test's clusters; what the cluster puts elsewhere goes below it as well, or is removed with it.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class ScratchFolder : IAsyncDisposable
{
    private const UnixFileMode PassThrough = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly Lazy<Task<ScratchFolder>> Made = new(MakeAsync);

    private readonly List<LocalCluster> _clusters = [];

    internal ScratchFolder()
    {
        Path = Directory.CreateTempSubdirectory("ledger-scratch-").FullName;
        File.SetUnixFileMode(Path, PassThrough);
        Directory.CreateDirectory(SystemFolder);
    }

    internal string Path { get; }

    internal string SystemFolder => System.IO.Path.Combine(Path, "system");

    internal LocalClusterOptions Options(string home = "home") => new()
    {
        Home = System.IO.Path.Combine(Path, home),
        SystemFolder = SystemFolder,
        InitializeOptions = ["--no-sync"],
    };

    internal async Task<LocalCluster> OpenAsync(LocalClusterOptions? options = null)
    {
        var cluster = await LocalCluster.OpenAsync(options ?? Options());
        _clusters.Add(cluster);
        return cluster;
    }

    /// <summary>The same for a folder that another start has filled already: a copy costs less than a cluster that is made.</summary>
    internal async Task<LocalCluster> OpenMadeAsync(string home = "home")
    {
        var made = await Made.Value;
        using var copy = Process.Start("cp", ["-Rp", made.Options().Home, Options(home).Home]);
        await copy.WaitForExitAsync();
        copy.ExitCode.ShouldBe(0);
        return await OpenAsync(Options(home));
    }

    private static async Task<ScratchFolder> MakeAsync()
    {
        var made = new ScratchFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Remove(made.Path);
        var cluster = await made.OpenAsync();
        await cluster.StartAsync();
        await cluster.StopAsync();
        return made;
    }

    // An exception at the exit of the process would count as a crash of the tests.
    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"'{folder}' could not be removed: {fault.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in _clusters)
        {
            await cluster.StopAsync();
            var socketFolder = new Npgsql.NpgsqlConnectionStringBuilder(cluster.ConnectionString).Host!;
            if (!socketFolder.StartsWith(Path, StringComparison.Ordinal) && Directory.Exists(socketFolder))
            {
                Directory.Delete(socketFolder, recursive: true);
            }
        }

        Directory.Delete(Path, recursive: true);
    }
}
