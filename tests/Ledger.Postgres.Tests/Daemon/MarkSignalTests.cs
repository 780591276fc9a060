using Ledger.Postgres.Daemon;
using Ledger.Postgres.Streams;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Daemon;

public sealed class MarkSignalTests
{
    [Fact]
    public void Wait_WokenSinceTheCallerLooked_IsOver()
    {
        var mark = new MarkSignal();
        var wakes = mark.Wakes;
        mark.IsSuspect(5).ShouldBeFalse();

        // Between the look and the wait the numbers are seen to have gone back.
        mark.Note(new LogNumbers(3, 3));

        mark.WaitAsync(5, wakes, default).IsCompletedSuccessfully.ShouldBeTrue();
        mark.IsSuspect(5).ShouldBeTrue();
    }

    [Fact]
    public void Wait_NobodyWoken_LastsUntilTheMarkMoves()
    {
        var mark = new MarkSignal();
        var waiting = mark.WaitAsync(5, mark.Wakes, default);
        waiting.IsCompleted.ShouldBeFalse();

        mark.Set(6);

        waiting.IsCompletedSuccessfully.ShouldBeTrue();
        mark.WaitAsync(5, mark.Wakes, default).IsCompletedSuccessfully.ShouldBeTrue();
    }
}
