using System.Diagnostics;
using System.Reflection;

namespace Ledger.Hosting.Aspire.Tests;

/// <summary>The program that starts an application's resources for Aspire. The build does not fetch it; where it is, it is used.</summary>
internal static class Orchestrator
{
    private static readonly Lazy<string?> NoEngine = new(() => Missing ?? (Answers() ? null : "No engine of containers answers on this machine."));

    /// <summary>Why nothing can be started, or null.</summary>
    private static string? Missing { get; } = File.Exists(Named("dcpclipath"))
        ? null
        : "Aspire's orchestrator, 185 MB, is not on this machine: dotnet restore tests/Ledger.Hosting.Aspire.Tests -p:AspireOrchestrator=fetch";

    /// <summary>The built program <c>ledger</c>.</summary>
    public static string Ledger { get; } = Named("ledger");

    // Aspire takes Docker, unless it is told otherwise.
    private static bool Answers()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "docker"))))
        {
            return false;
        }

        using var asked = Process.Start(new ProcessStartInfo("docker", ["info"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        asked.OutputDataReceived += static (_, _) => { };
        asked.BeginOutputReadLine();
        asked.WaitForExit();
        return asked.ExitCode == 0;
    }

    private static string Named(string key) =>
        typeof(Orchestrator).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == key).Value!;

    /// <summary>A test that starts an application without containers; without the orchestrator it is reported as not run.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class FactAttribute : Xunit.FactAttribute
    {
        public FactAttribute() => Skip = Missing;
    }

    /// <summary>A test that starts an application with its containers; without the orchestrator or an engine it is reported as not run.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class ContainerFactAttribute : Xunit.FactAttribute
    {
        public ContainerFactAttribute() => Skip = NoEngine.Value;
    }
}
