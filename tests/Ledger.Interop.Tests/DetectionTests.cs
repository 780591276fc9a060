using System.Text;
using Ledger.Files;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests;

/// <summary>Formats are told by the content; what is none is refused with the closest one.</summary>
public sealed class DetectionTests
{
    private const string Known = " Known are otlp, atif, claude-code, codex, openhands, swe-agent, mini-swe-agent, openai-responses, anthropic, openai-chat, cloudevents, langfuse, phoenix, langgraph, and event files.";

    [Theory]
    [InlineData("", "Line 1: the file is empty.")]
    [InlineData(" \n\n", "Line 1: the file is empty.")]
    [InlineData("hello", "Line 1, column 1: malformed JSON after 0 whole entries. 'h' is an invalid start of a value.")]
    [InlineData("{\"a\": 1}\n{\"b\": 2}", "Line 1, column 1: the entry is of no known format. It resembles no format." + Known)]
    [InlineData("[1, 2]", "Line 1, column 1: the entry is of no known format. It resembles no format." + Known)]
    [InlineData(
        "{\"schema_version\": \"2\", \"agent\": {}}",
        "Line 1, column 1: the entry is of no known format. The closest format is atif: an object with 'schema_version' such as ATIF-v1.4, 'agent' and 'steps'." + Known)]
    [InlineData("{\"traceId\": \"t\", \"startTime\": 1, \"type\": \"GENERATION\"}", "Line 1, column 1: it looks like an export of observations from Langfuse, which 'ledger import' reads." + Known)]
    [InlineData(
        "{\"prev_hash\": \"\", \"record_id\": \"r\", \"seq\": 1}\n",
        "Line 1, column 1: it looks like an events.wal of ChronoMemory, whose folder 'ledger chrono import' reads." + Known)]
    [InlineData(
        "SQLite format 3\0\u0010",
        "Line 1, column 1: it is a database of SQLite. Checkpoints of LangGraph are read from one by 'ledger import' and by RecordingSource.OfLangGraphAsync.")]
    public void Read_NoKnownFormat_NamesTheClosest(string text, string message) =>
        Should.Throw<EventFileException>(() => Recording.Read(text)).Message.ShouldBe(message);

    [Fact]
    public void Read_NamedFormatThatDoesNotFit_IsRefused() =>
        Should.Throw<EventFileException>(() => Recording.Read(SampleFile.Bytes("atif.json"), RecordingFormat.Codex)).Message
            .ShouldBe("Line 1, column 1: it is not a session of Codex, which is lines with 'timestamp', 'type' and 'payload'. It looks like a trajectory in ATIF (atif).");

    [Theory]
    [InlineData("{\"type\":\"t\",\"data\":{}}\n{\"type\":\"t\",\"data\":{}}\n")]
    [InlineData("{\"id\":\"a\",\"type\":\"t\",\"data\":{},\"cause\":[]}")]
    public void Detect_EventFile_IsNoForeignFormat(string text) => Recordings.Detect(RecordingSource.OfBytes("f", Encoding.UTF8.GetBytes(text))).ShouldBeNull();

    [Fact]
    public void Read_LineThatIsMalformed_HasItsPlace()
    {
        var lines = Encoding.UTF8.GetString(SampleFile.Bytes("claude-code.jsonl")).Split('\n');
        lines[2] = "{\"é\": x}";

        Should.Throw<EventFileException>(() => Recording.Read(string.Join('\n', lines))).Message
            .ShouldBe("Line 3, column 7: malformed JSON. 'x' is an invalid start of a value.");
    }

    [Fact]
    public void Read_LineThatIsNoObject_HasItsPlace()
    {
        var lines = Encoding.UTF8.GetString(SampleFile.Bytes("codex.jsonl")).Split('\n');
        lines[2] = "[1]";

        Should.Throw<EventFileException>(() => Recording.Read(string.Join('\n', lines))).Message
            .ShouldBe("Line 3, column 1: an entry is an object, but this one is a list.");
    }

    [Fact]
    public void Read_BytesThatAreNoUtf8_HaveTheirPlace()
    {
        byte[] bytes = [.. "[{\"role\":\"user\",\n\"content\":\"é"u8, 0xFF, .. "\"}]"u8];

        Should.Throw<EventFileException>(() => Recording.Read(bytes)).Message
            .ShouldBe("Line 2, column 13: the text is not valid UTF-8. Save the file as UTF-8 or UTF-16.");
    }

    [Fact]
    public void Read_DeepNesting_IsKeptAsText()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 600)) + "\"deepest\"" + string.Concat(Enumerable.Repeat("]", 600));

        Recording.Read($$"""[{"role":"user","content":{{deep}}},{"role":"assistant","content":"y"}]""").Recordings[0].Lines().ShouldContain("deepest");
    }

    [Fact]
    public void Read_TooDeepNesting_HasItsPlace()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 20_000));

        Should.Throw<EventFileException>(() => Recording.Read($$"""[{"role":"user","content":{{deep}}""")).Message
            .ShouldStartWith("Line 1, column 1049: malformed JSON after 0 whole entries. The maximum configured depth of 1024 has been exceeded.");
    }

    [Fact]
    public void Read_LineLongerThanAllowed_IsRefused()
    {
        var bytes = new byte[140_000_000];
        Array.Fill(bytes, (byte)'x');
        var begin = SampleFile.Bytes("codex.jsonl").AsSpan();
        begin[..(begin.IndexOf((byte)'\n') + 1)].CopyTo(bytes);

        Should.Throw<EventFileException>(() => Recording.Read(bytes)).Message
            .ShouldBe("Line 2: it is longer than 134,217,728 bytes, the most that a line may have.");
    }

    [Fact]
    public void Read_EventTooLarge_NamesItsPart()
    {
        var text = new string('x', 17 * 1024 * 1024);

        Should.Throw<EventFileException>(() => Recording.Read($$"""[{"role":"user","content":"{{text}}"}]""")).Message
            .ShouldContain("of the part that becomes the event 'message-1'");
    }
}
