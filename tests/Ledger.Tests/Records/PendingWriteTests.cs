using System.Runtime.CompilerServices;
using Ledger.Records;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Records;

/// <summary>The answer to a call that waits to be written.</summary>
public sealed class PendingWriteTests
{
    [Fact]
    public void Fail_CallerThatGaveUp_IsNoUnobservedException()
    {
        var fault = new InvalidOperationException("nobody asks");
        var unobserved = false;
        EventHandler<UnobservedTaskExceptionEventArgs> look = (_, e) => unobserved |= e.Exception.InnerExceptions.Contains(fault);
        TaskScheduler.UnobservedTaskException += look;
        try
        {
            FailOne(fault);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= look;
        }

        unobserved.ShouldBeFalse();
    }

    // By itself, so that no local keeps it alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FailOne(Exception fault) => new PendingWrite([], areNew: false, CancellationToken.None) { IsSentByCaller = true }.Fail(fault);
}
