using System.Collections.Concurrent;
using Ledger.Runs;

namespace Ledger.Explorer.Tests;

/// <summary>A runner that notes what it is asked for, and fails if a test wants that.</summary>
internal sealed class FakeRunner : IRunRunner
{
    /// <summary>What it was asked for.</summary>
    public ConcurrentQueue<RunContinuation> Asked { get; } = [];

    /// <summary>What it throws; null to take a request.</summary>
    public Exception? Fault { get; set; }

    public Task RunOnAsync(RunContinuation continuation, CancellationToken cancellationToken = default)
    {
        Asked.Enqueue(continuation);
        return Fault is { } fault ? Task.FromException(fault) : Task.CompletedTask;
    }
}
