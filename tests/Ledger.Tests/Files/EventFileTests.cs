using System.Text;
using System.Text.Json;
using Ledger.Events;
using Ledger.Files;
using Ledger.Json;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Files;

public sealed class EventFileTests
{
    [Fact]
    public void Read_Line_ForeignIdsAndMetadata()
    {
        var read = Read(
            """{"id":"e2","type":"object.created","source":"run:r","actor":"agent","cause":["e1","e0"],"timestamp":"2026-06-06T19:29:40.500000+05:30","data":{"id":"o","n":1.0}}""")
            .Single();

        read.Metadata.ForeignId.ShouldBe("e2");
        read.Metadata.ForeignCauses.ShouldBe(["e1", "e0"]);
        (read.Metadata.Source, read.Metadata.Actor).ShouldBe(("run:r", "agent"));
        read.Metadata.OccurredAt.ShouldBe(new DateTimeOffset(2026, 6, 6, 19, 29, 40, 500, TimeSpan.FromHours(5.5)));
        var data = read.Data.ShouldBeOfType<UntypedEvent>();
        (data.Type, data.Data.GetRawText()).ShouldBe(("object.created", """{"id":"o","n":1.0}"""));
        read.IdIn(StreamName.Run("r")).ShouldBe(EventIds.FromForeign(StreamName.Run("r"), "e2"));
    }

    [Fact]
    public void Read_TypeAndData_TheRestIsAbsent()
    {
        foreach (var line in new[] { """{"type":"t","data":{}}""", """{"type":"t","id":null,"source":null,"actor":null,"cause":null,"timestamp":null,"data":{},"position":3}""" })
        {
            var read = Read(line).Single();

            read.Metadata.ForeignCauses.ShouldBeEmpty();
            (read.Metadata.ForeignId, read.Metadata.Source, read.Metadata.Actor, read.Metadata.OccurredAt).ShouldBe((null, null, null, null));
            read.Id.ShouldNotBe(Guid.Empty);
            read.Data.ShouldBeOfType<UntypedEvent>().Data.GetRawText().ShouldBe("{}");
        }
    }

    [Fact]
    public void Read_MarkBlankLinesAndLineEnds_AreNotEvents() =>
        Read("\uFEFF{\"type\":\"a\",\"data\":1}\r\n\r\n  \n{\"type\":\"b\",\"data\":2}\n{\"type\":\"c\",\"data\":3,\"cause\":\"x\"}").Select(e => ((UntypedEvent)e.Data).Type).ShouldBe(["a", "b", "c"]);

    [Theory]
    [InlineData("2026-06-06T19:29:39", "2026-06-06T19:29:39+00:00")]
    [InlineData("2026-06-06T19:29:39Z", "2026-06-06T19:29:39+00:00")]
    [InlineData("2026-06-06 19:29:39.123456", "2026-06-06T19:29:39.123456+00:00")]
    [InlineData("2026-06-06T19:29:39.123456789-0330", "2026-06-06T19:29:39.1234567-03:30")]
    [InlineData("2026-06-06T19:29+02", "2026-06-06T19:29:00+02:00")]
    [InlineData("2026-06-06", "2026-06-06T00:00:00+00:00")]
    public void Read_Timestamp_IsoTime(string timestamp, string expected) =>
        Read($$"""{"type":"t","data":{},"timestamp":"{{timestamp}}"}""").Single().Metadata.OccurredAt
            .ShouldBe(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("{\"type\":\"t\",}", 13, "malformed JSON.")]
    [InlineData("{\"é\":1 x", 8, "malformed JSON.")]
    [InlineData("{\"type\":\"t\"} {}", 14, "malformed JSON.")]
    [InlineData("{\"type\":\"t\"", 12, "malformed JSON.")]
    [InlineData("[]", 1, "a line must be one JSON object.")]
    [InlineData("{\"type\":5}", 9, "'type' must be text.")]
    [InlineData("{\"id\":5,\"type\":\"t\"}", 7, "'id' must be text.")]
    [InlineData("{\"id\":\"\",\"type\":\"t\"}", 7, "'id' is empty. Omit it to get a new one.")]
    [InlineData("{\"type\":\"t\",\"cause\":[1]}", 22, "'cause' must be a list of ids, each of them text.")]
    [InlineData("{\"type\":\"t\",\"cause\":{}}", 21, "'cause' must be text.")]
    [InlineData("{\"type\":\"t\",\"actor\":\"\\ud800\"}", 21, "the text holds half of a surrogate pair")]
    [InlineData("{\"type\":\"t\",\"timestamp\":\"yesterday\"}", 25, "'timestamp' is 'yesterday', which is not an ISO 8601 time")]
    [InlineData("{\"type\":\"t\",\"timestamp\":\"2026-02-30\"}", 25, "'timestamp' is '2026-02-30', which is not an ISO 8601 time")]
    [InlineData("{\"type\":\"t\",\"timestamp\":1}", 25, "'timestamp' must be text.")]
    [InlineData("{\"data\":{}}", null, "the event has no 'type'.")]
    [InlineData("{\"type\":\"t\"}", null, "the event has no 'data'.")]
    [InlineData("{\"type\":\"t\",\"dta\":{}}", 13, "'dta' is not a member of an event; known: id, type, source, actor, cause, timestamp, data, call_id. Is it 'data'?")]
    [InlineData("{\"id\":5,\"role\":\"user\",\"content\":\"x\"}", 9, "'role' is not a member of an event; known: id, type, source, actor, cause, timestamp, data, call_id. It looks like a file of chat messages, which 'ledger import' reads.")]
    [InlineData("{\"type\":\" \"}", null, "the event's 'type' is blank.")]
    [InlineData("{\"type\":\"t\",\"data\":{\"k\":[\"\\u0000\"]}}", null, "'/k/0' of 'data' holds the character U+0000")]
    public void Read_BadLine_RefusedWithItsPlace(string line, int? column, string reason)
    {
        var refused = Should.Throw<EventFileException>(() => Read("{\"type\":\"ok\",\"data\":{}}\n" + line + "\n").ToList());

        (refused.Line, refused.Column).ShouldBe((2L, (long?)column));
        refused.Reason.ShouldStartWith(reason);
        refused.Message.ShouldBe($"Line 2{(column is null ? "" : $", column {column}")}: {refused.Reason}");
    }

    [Theory]
    [InlineData("codex-rollout.jsonl", "'payload'", "a session file of Codex, which 'ledger import' reads")]
    [InlineData("langfuse.jsonl", "'traceId'", "an export of observations from Langfuse, which 'ledger import' reads")]
    public void Read_FileOfAnotherProgram_NamesTheMemberAndWhatItLooksLike(string name, string member, string shape)
    {
        var refused = Should.Throw<EventFileException>(() => EventFile.Read(File.ReadAllBytes(Fault(name))).ToList());

        refused.Line.ShouldBe(1);
        refused.Reason.ShouldStartWith($"{member} is not a member of an event");
        refused.Reason.ShouldEndWith($" It looks like {shape}.");
    }

    [Fact]
    public void Read_NullData_StaysNull() =>
        EventFile.Read(File.ReadAllBytes(Fault("null-data.jsonl"))).Single().Data.ShouldBeOfType<UntypedEvent>()
            .Data.ValueKind.ShouldBe(JsonValueKind.Null);

    [Fact]
    public void Reader_IdTwice_NamesBothLinesAndTheId()
    {
        var refused = Should.Throw<EventFileException>(() => new EventFileReader().Read(File.ReadAllBytes(Fault("id-twice.jsonl"))).ToList());

        refused.Message.ShouldBe(
            "Line 2: it repeats the id '11111111-1111-4111-8111-111111111111' of line 1. Give each event its own id, or omit the ids.");
    }

    [Fact]
    public void Reader_CauseByTheIdOfTheLog_IsTheIdOfItsLine() =>
        new EventFileReader().Read(Encoding.UTF8.GetBytes(
            """
            {"id":"a","event_id":"11111111-1111-4111-8111-111111111111","type":"t","data":{}}
            {"id":"b","cause":["11111111-1111-4111-8111-111111111111","x"],"type":"t","data":{}}
            """)).Last().Metadata.ForeignCauses.ShouldBe(["a", "x"]);

    [Fact]
    public void Read_BytesThatAreNotUtf8_RefusedWithTheirPlace()
    {
        byte[] line = [.. "{\"type\":\"é"u8, 0xFF, .. "\"}"u8];

        var refused = Should.Throw<EventFileException>(() => EventFile.ReadLine(line, 7));

        (refused.Line, refused.Column).ShouldBe((7L, 11L));
    }

    [Fact]
    public void Write_ReadEvents_TheSameAgain()
    {
        string[] lines =
        [
            """{"id":"e1","type":"object.created","source":"run:r","actor":"agent","cause":[],"timestamp":"2026-06-06T19:29:39+00:00","data":{"id":"é🚀","type":"T"}}""",
            """{"id":"e2","type":"own","source":null,"actor":null,"cause":["e1"],"timestamp":"2026-06-06T01:02:03.456789+05:30","data":[1.50,{}]}""",
        ];

        var written = EventFile.Record(Read(string.Join('\n', lines)), StreamName.Run("r"), DateTimeOffset.UnixEpoch).Select(Written);

        written.Zip(lines).ShouldAllBe(p => JsonEquality.Instance.Equals(JsonElement.Parse(p.First), JsonElement.Parse(p.Second)));
    }

    [Fact]
    public void Write_EventOfOurOwn_OwnIdsAndTheTimeOfTheLog()
    {
        var cause = Guid.CreateVersion7();
        var own = new NewEvent(new KitLoaded("k"), new EventMetadata { Causes = [cause] });

        Written(EventFile.Record([own], StreamName.Run("r"), DateTimeOffset.UnixEpoch).Single()).ShouldBe(
            $$$"""{"id":"{{{own.Id}}}","type":"kit.loaded","source":null,"actor":null,"cause":["{{{cause}}}"],"timestamp":"1970-01-01T00:00:00+00:00","data":{"kit":"k"}}""");
    }

    [Fact]
    public void Record_File_FoldsWithoutALog()
    {
        var events = EventFile.Record(
            Read("""{"type":"object.created","data":{"id":"o","type":"T"}}"""), StreamName.Run("r"), DateTimeOffset.UnixEpoch).ToList();

        World.Fold(events).FindObject("o").ShouldNotBeNull();
        (events[0].Position, events[0].Version).ShouldBe((Position.Start, new StreamVersion(1)));
    }

    private static string Fault(string name) => Path.Combine(Ledger.Conformance.Conventions.SourceTree.Root, "..", "shared", "faults", name);

    private static IEnumerable<NewEvent> Read(string text) => EventFile.Read(Encoding.UTF8.GetBytes(text));

    private static string Written(RecordedEvent recorded)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            EventFile.Write(writer, recorded);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
