using Ledger.Conformance;
using Ledger.Conformance.Conventions;
using Xunit;

namespace Ledger.Packages.Tests;

/// <summary>The packages, packed once, and an empty place to use them from: no settings, no templates and no packages of the machine's.</summary>
/// <remarks>The machine's own sources of packages stay beside the folder, as they do for a user. Without the soak it does nothing.</remarks>
public sealed class PackedFolder : IAsyncLifetime
{
    private DirectoryInfo? _place;

    /// <summary>The folder with the packages.</summary>
    public string Packages => Path.Combine(_place!.FullName, "packages");

    /// <summary>The environment of every command.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public async Task InitializeAsync()
    {
        if (!Scale.IsSoak)
        {
            return;
        }

        _place = Directory.CreateTempSubdirectory("ledger-packages-");
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["NUGET_PACKAGES"] = Path.Combine(_place.FullName, "cache"),
            ["DOTNET_CLI_HOME"] = Path.Combine(_place.FullName, "home"),
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            ["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1",
            ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["UseSharedCompilation"] = "false",
            ["NO_COLOR"] = "1",
            ["XDG_CONFIG_HOME"] = Path.Combine(_place.FullName, "home", ".config"),
        })
        {
            Environment[name] = value;
        }

        // Where 'dotnet tool install --global' puts the command.
        Environment["PATH"] = $"{Path.Combine(_place.FullName, "home", ".dotnet", "tools")}{Path.PathSeparator}{System.Environment.GetEnvironmentVariable("PATH")}";
        TakeSources(Path.Combine(_place.FullName, "home"));
        var mine = new Dictionary<string, string>(Environment);
        mine.Remove("NUGET_PACKAGES");
        await Shell.RunAsync(SourceTree.Root, mine, "dotnet", "pack", "Ledger.sln", "-c", "Release", "--no-build", "-nologo", "-v", "quiet", "-o", Packages);
        await RunAsync(_place.FullName, "dotnet", "nuget", "add", "source", Packages, "--name", "ledger");
    }

    /// <summary>Makes an empty folder in which the packages are found, beside those of the machine's sources.</summary>
    public string CreateFolder(string name) => Directory.CreateDirectory(Path.Combine(_place!.FullName, "work", name)).FullName;

    /// <summary>Runs a command that must succeed; what it printed.</summary>
    public Task<string> RunAsync(string folder, string program, params string[] arguments) => Shell.RunAsync(folder, Environment, program, arguments);

    public Task DisposeAsync()
    {
        _place?.Delete(recursive: true);
        return Task.CompletedTask;
    }

    // Which sources the machine has is in the settings of its user, and an empty home has others.
    private static void TakeSources(string home)
    {
        var settings = Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".nuget", "NuGet", "NuGet.Config");
        var own = Directory.CreateDirectory(Path.Combine(home, ".nuget", "NuGet")).FullName;
        if (File.Exists(settings))
        {
            File.Copy(settings, Path.Combine(own, "NuGet.Config"));
        }
    }
}
