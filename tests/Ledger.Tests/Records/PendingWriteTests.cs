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

    [Fact]
    public void AddTo_SentBefore_ItsNewIdsAreLookedUp()
    {
        var changes = new[] { new RecordWrites(new StreamName("chrono:again"), new ChronoOptions()).Upsert(new ChronoRecord { Id = "r" }, Guid.NewGuid()) };
        var write = new PendingWrite(changes, areNew: true, CancellationToken.None);
        AreNew(write).ShouldBeTrue();

        write.IsSentAgain = true;
        AreNew(write).ShouldBeFalse();
        AreNew(new PendingWrite(changes, areNew: false, CancellationToken.None)).ShouldBeFalse();
    }

    private static bool AreNew(PendingWrite write)
    {
        var batch = new ChronoBatch(default);
        write.AddTo(batch, ChronoTime.Of(DateTimeOffset.UnixEpoch));
        return batch.AreNew;
    }

    // By itself, so that no local keeps it alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FailOne(Exception fault) => new PendingWrite([], areNew: false, CancellationToken.None) { IsSentByCaller = true }.Fail(fault);
}
