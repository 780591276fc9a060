using System.Globalization;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Streams;

/// <summary>The times that a person types, on a Sunday in which clocks are set back, at 12:00:30 in Berlin.</summary>
public sealed class GivenTimeTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly DateTimeOffset Now = new(2026, 10, 25, 11, 0, 30, TimeSpan.Zero);

    [Theory]
    [InlineData("now", "2026-10-25T11:00:30Z")]
    [InlineData("today", "2026-10-25T00:00:00+02:00")]
    [InlineData("Yesterday", "2026-10-24T00:00:00+02:00")]
    [InlineData("09:30", "2026-10-25T09:30:00+01:00")]
    [InlineData("yesterday 23:15", "2026-10-24T23:15:00+02:00")]
    [InlineData("today 1:05:07", "2026-10-25T01:05:07+02:00")]
    [InlineData("1:05:07", "2026-10-25T01:05:07+02:00")]
    [InlineData("90s", "2026-10-25T10:59:00Z")]
    [InlineData("30m", "2026-10-25T10:30:30Z")]
    [InlineData("1h", "2026-10-25T10:00:30Z")]
    [InlineData("1h30m", "2026-10-25T09:30:30Z")]
    [InlineData("2d ago", "2026-10-23T11:00:30Z")]
    [InlineData("2 days ago", "2026-10-23T11:00:30Z")]
    [InlineData("1 week 1 hour ago", "2026-10-18T10:00:30Z")]
    [InlineData("2026-11-20", "2026-11-20T00:00:00+01:00")]
    [InlineData("2026-07-20 09:30", "2026-07-20T09:30:00+02:00")]
    [InlineData("2026-11-20T09:30:00Z", "2026-11-20T09:30:00Z")]
    [InlineData("2026-11-20 09:30:00Z", "2026-11-20T09:30:00Z")]
    [InlineData("2026-11-20T09:30:00.5-0330", "2026-11-20T09:30:00.5-03:30")]
    [InlineData("2026-11-20t09:30z", "2026-11-20T09:30:00Z")]
    [InlineData("2026-11-20 09:30 +02", "2026-11-20T09:30:00+02:00")]
    [InlineData("0001-01-01", "0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31", "9999-12-31T00:00:00Z")]
    public void Text_IsAMoment(string text, string moment) =>
        GivenTime.Parse(text)!.Value.Resolve(Now, Berlin).ShouldBe(DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("")]
    [InlineData("someday")]
    [InlineData("5")]
    [InlineData("1 fortnight")]
    [InlineData("-1h")]
    [InlineData("24:00")]
    [InlineData("yesterday 24:00")]
    [InlineData("yesterdays")]
    [InlineData("999999999999w")]
    [InlineData("2026-13-01")]
    [InlineData("2026-11-20T09:30:00+99:00")]
    [InlineData("h")]
    [InlineData("2026-11-20Z")]
    [InlineData("2026-11-20+02:00")]
    [InlineData("2026-11-20 09:30 GMT")]
    [InlineData("2026-11-20 09:30 PM")]
    public void OtherText_IsNone(string text) => GivenTime.Parse(text).ShouldBeNull();

    [Fact]
    public void ShownTime_IsReadAsTheSameMoment()
    {
        foreach (var zone in new[] { TimeZoneInfo.Utc, Berlin, TimeZoneInfo.FindSystemTimeZoneById("Asia/Kolkata") })
        {
            Printable.Zone = zone;
            GivenTime.Parse(Printable.Time(Now))!.Value.Resolve(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc).ShouldBe(Now);
        }
    }
}
