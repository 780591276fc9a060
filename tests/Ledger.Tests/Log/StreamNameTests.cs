using Shouldly;
using Xunit;

namespace Ledger.Tests.Log;

public sealed class StreamNameTests
{
    [Fact]
    public void Of_Category_PutsItBeforeTheId()
    {
        StreamName.Run("abc-123").Value.ShouldBe("run:abc-123");
        StreamName.Branch("b").Value.ShouldBe("branch:b");
        StreamName.Chrono("p").Value.ShouldBe("chrono:p");
        StreamName.Task("t").ToString().ShouldBe("task:t");
    }

    [Theory]
    [InlineData("run:abc", "run", "abc", false)]
    [InlineData("branch:a:b", "branch", "a:b", true)]
    [InlineData("Branch:a", "Branch", "a", false)]
    [InlineData("branch", "", "branch", false)]
    [InlineData(":x", "", "x", false)]
    [InlineData("x:", "x", "", false)]
    public void Parts_AreSplitAtTheFirstColon(string name, string category, string id, bool isBranch)
    {
        var stream = new StreamName(name);

        (stream.Category, stream.Id, stream.IsBranch).ShouldBe((category, id, isBranch));
    }

    [Fact]
    public void Equality_IsOrdinal()
    {
        new StreamName("run:a").ShouldBe(StreamName.Run("a"));
        new StreamName("run:a").ShouldNotBe(new StreamName("run:A"));
        new StreamName("\u00e9").ShouldNotBe(new StreamName("e\u0301"));
        default(StreamName).Value.ShouldBe("");
    }

    [Theory]
    [InlineData("", "'' cannot be a stream name: it is empty. (Parameter 'value')")]
    [InlineData("a\0b", "'a\uFFFDb' cannot be a stream name: character 2 is the control character U+0000. (Parameter 'value')")]
    [InlineData("a\u0085", "'a\uFFFD' cannot be a stream name: character 2 is the control character U+0085. (Parameter 'value')")]
    public void New_BadText_Throws(string value, string message) =>
        Should.Throw<ArgumentException>(() => new StreamName(value)).Message.ShouldBe(message);

    [Fact]
    public void New_LoneSurrogate_Throws()
    {
        Should.Throw<ArgumentException>(() => new StreamName("ab" + (char)0xD83D)).Message.ShouldBe(
            "'ab\uFFFD' cannot be a stream name: character 3 is half of a surrogate pair. (Parameter 'value')");
        Should.Throw<ArgumentException>(() => new StreamName((char)0xDE00 + "ab")).Message.ShouldBe(
            "'\uFFFDab' cannot be a stream name: character 1 is half of a surrogate pair. (Parameter 'value')");
        new StreamName("ab\U0001F600").Value.ShouldBe("ab\U0001F600");
    }

    [Fact]
    public void New_TooLong_Throws()
    {
        new StreamName(new string('x', StreamName.MaxLength)).Value.Length.ShouldBe(500);
        Should.Throw<ArgumentException>(() => new StreamName(new string('x', 501))).Message.ShouldBe(
            $"'{new string('x', 60)}…' cannot be a stream name: it has 501 characters, and 500 are allowed. (Parameter 'value')");
    }

    [Fact]
    public void New_Null_Throws()
    {
        Should.Throw<ArgumentNullException>(() => new StreamName(null!));
        Should.Throw<ArgumentNullException>(() => StreamName.Run(null!));
        Should.Throw<ArgumentException>(() => StreamName.Run(""));
    }
}
