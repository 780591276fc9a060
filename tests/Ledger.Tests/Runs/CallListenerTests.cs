using Ledger.Runs;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Runs;

/// <summary>How long a caller has listened for another.</summary>
public sealed class CallListenerTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Take_AnswersWithoutABeat_AddUp()
    {
        var listener = new CallListener(_clock);

        TakeAfter(listener, 0, beat: 1).ShouldBe(TimeSpan.Zero);
        TakeAfter(listener, 1, beat: 1).ShouldBe(TimeSpan.FromSeconds(1));
        TakeAfter(listener, 2, beat: 1).ShouldBe(TimeSpan.FromSeconds(3));
        TakeAfter(listener, 1, beat: 2).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Take_AfterAnOutage_CountsOnePeriod()
    {
        var listener = new CallListener(_clock);

        TakeAfter(listener, 0, beat: 1).ShouldBe(TimeSpan.Zero);
        TakeAfter(listener, 3600, beat: 1).ShouldBe(Period);
        TakeAfter(listener, 2, beat: 1).ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Take_NeverHeardOf_ListensFromTheFirstAnswer()
    {
        var listener = new CallListener(_clock);

        TakeAfter(listener, 100, beat: null).ShouldBe(TimeSpan.Zero);
        TakeAfter(listener, 2, beat: null).ShouldBe(TimeSpan.FromSeconds(2));
        TakeAfter(listener, 2, beat: 1).ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("place/1/2/beats3000-0a", 3000)]
    [InlineData("place/1/2/0a", null)]
    [InlineData("place/1/2/beats-0a", null)]
    [InlineData("place/1/2/beats99999999999-0a", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void PeriodOf_NameOfACaller_IsWhatItSays(string? owner, int? milliseconds) =>
        (CallOwner.PeriodOf(owner) is { } period ? (int?)period.TotalMilliseconds : null).ShouldBe(milliseconds);

    [Fact]
    public void IsGone_ProcessThatIsNotShown_IsGoneOnlyWhereOthersAreShown()
    {
        var parts = CallOwner.Process.Split('/');
        var other = $"{parts[0]}/{int.MaxValue}/1/0a";

        CallOwner.IsGone(other, process => process == 1 ? "0" : null).ShouldBeTrue("its machine shows all processes");
        CallOwner.IsGone(other, process => process == 1 ? "" : null).ShouldBeTrue("the first is shown, if not when it started");
        CallOwner.IsGone(other, _ => "2").ShouldBeTrue("another process has its id now");
        CallOwner.IsGone(other, _ => "1").ShouldBeFalse();
        CallOwner.IsGone(other, _ => "").ShouldBeFalse();
        CallOwner.IsGone(other, _ => null).ShouldBe(!OperatingSystem.IsLinux(), "of processes of other users nothing is shown, as with hidepid");
    }

    private TimeSpan TakeAfter(CallListener listener, int seconds, int? beat)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        var heard = beat is { } number ? DateTimeOffset.UnixEpoch.AddSeconds(number) : (DateTimeOffset?)null;
        return listener.Take(new CallOwnerSilence(TimeSpan.FromHours(1), heard), Period);
    }
}
