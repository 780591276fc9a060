using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log;

public sealed class ExpectedVersionTests
{
    [Fact]
    public void Default_IsAny()
    {
        default(ExpectedVersion).ShouldBe(ExpectedVersion.Any);
        ExpectedVersion.Any.Version.ShouldBeNull();
    }

    [Fact]
    public void NoStream_IsVersionZero()
    {
        ExpectedVersion.NoStream.ShouldBe(ExpectedVersion.Exactly(StreamVersion.Empty));
        ExpectedVersion.NoStream.ShouldNotBe(ExpectedVersion.Any);
        ExpectedVersion.NoStream.Version.ShouldBe(StreamVersion.Empty);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void IsMetBy_Version_ComparesIt(long actual)
    {
        var version = new StreamVersion(actual);

        ExpectedVersion.Any.IsMetBy(version).ShouldBeTrue();
        ExpectedVersion.NoStream.IsMetBy(version).ShouldBe(actual == 0);
        ExpectedVersion.Exactly(version).IsMetBy(version).ShouldBeTrue();
        ExpectedVersion.Exactly(new StreamVersion(actual + 1)).IsMetBy(version).ShouldBeFalse();
    }

    [Fact]
    public void ToString_SaysWhatIsExpected() =>
        $"{ExpectedVersion.Any}, {ExpectedVersion.NoStream}, {ExpectedVersion.Exactly(new StreamVersion(3))}"
            .ShouldBe("any version, no stream, version 3");
}
