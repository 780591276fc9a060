using Ledger.Postgres.Telemetry;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Telemetry;

/// <summary>Run apart from the tests that listen.</summary>
[CollectionDefinition(nameof(UnwatchedTests), DisableParallelization = true)]
[Collection(nameof(UnwatchedTests))]
public sealed class UnwatchedTests
{
    [Fact]
    public void Telemetry_NobodyListens_AllocatesNothing()
    {
        Touch();
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 10_000; i++)
        {
            Touch();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static void Touch()
    {
        Assert.False(LedgerTelemetry.WatchesCalls);
        ProjectionTimes.Start("clock");
        LedgerTelemetry.BatchSize.Record(3);
        LedgerTelemetry.Imported.Add(3);
        ProjectionTimes.Now(null);
        using var activity = LedgerTelemetry.Source.StartActivity("ledger.append");
    }
}
