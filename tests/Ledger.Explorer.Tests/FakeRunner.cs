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

    /// <summary>What its agent does at once, before the answer; null for nothing.</summary>
    public Func<RunContinuation, Task>? Work { get; set; }

    public async Task RunOnAsync(RunContinuation continuation, CancellationToken cancellationToken = default)
    {
        Asked.Enqueue(continuation);
        if (Work is { } work)
        {
            await work(continuation);
        }

        if (Fault is { } fault)
        {
            throw fault;
        }
    }
}
