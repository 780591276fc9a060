using Ledger.Postgres.Projections.Daemon;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>A standby cannot wake a daemon, so that it is asked, soon after the daemon has found it and ever less often.</summary>
public sealed class StandbyPauseTests
{
    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(5, 0.5)]
    [InlineData(60, 6)]
    [InlineData(300, 30)]
    [InlineData(86_400, 30)]
    public void Pause_IsATenthOfTheTimeWaited_WithinHalfASecondAndThirty(double waited, double pause) =>
        ProjectionDaemon.PauseOnStandby(TimeSpan.FromSeconds(waited)).ShouldBe(TimeSpan.FromSeconds(pause));
}
