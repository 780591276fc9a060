using System.Diagnostics;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>A <see cref="NodeProgram"/> that a test can kill.</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly Process _process;
    private bool _isEnded;

    private NodeProcess(Process process, string name)
    {
        _process = process;
        Name = name;
    }

    public string Name { get; }

    public static async Task<NodeProcess> StartAsync(string connectionString, string name, string verb = NodeProgram.Verb)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Ledger.Postgres.Tests.dll");
        var process = Process.Start(new ProcessStartInfo("dotnet", [path, verb, connectionString, name])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var node = new NodeProcess(process, name);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await process.StandardOutput.ReadLineAsync(patience.Token);
            return node;
        }
        catch (OperationCanceledException)
        {
            node.Dispose();
            throw;
        }
    }

    /// <summary>Keeps it from running, as if its machine or its network stood still.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-STOP", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Ends it as <c>kill -9</c> does.</summary>
    public void Dispose()
    {
        if (_isEnded)
        {
            return;
        }

        _isEnded = true;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
