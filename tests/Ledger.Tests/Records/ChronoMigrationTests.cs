using System.Text;
using Ledger.Conformance.Records;
using Ledger.Records;
using Ledger.Records.Chronomemory;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Records;

public sealed class ChronoMigrationTests
{
    private static readonly ChronoVector Vector = ChronoVector.Load("23-migrated");

    [Fact]
    public void Migrate_Vector_WritesItsEventsUntilOnesItMissesCome()
    {
        var writer = new ChronoFolderWriter(default, null);
        Migrate(writer, "input", 2, DeletedRecords.Revive).ShouldBe((6, 2, 1));
        Migrate(writer, "input", 3, DeletedRecords.Revive).ShouldBe((0, 0, 9));
        writer.Delete("TEST-001", SampleStore.Start.AddSeconds(4));
        Migrate(writer, "input", 5, DeletedRecords.Revive).ShouldBe((0, 1, 8));
        Text(writer.Events).ShouldBe(string.Concat(Text(Vector.Bytes(ChronoFolder.EventsName)!.Value).Split('\n').Take(10).Select(l => l + "\n")));

        // The reference counts 2 and 4: it does not notice that the confidence of REQ-001 changed.
        Migrate(writer, "input-changed", 6, DeletedRecords.Revive).ShouldBe((3, 0, 3));
        writer.State.Find("REQ-001")!.Confidence.ShouldBe(0.2);
        Migrate(writer, "no-such-folder", 7, DeletedRecords.Revive).ShouldBe((0, 0, 0));
        Migrate(writer, "input-changed", 8, DeletedRecords.Revive).ShouldBe((0, 0, 6));
    }

    [Fact]
    public void Migrate_DeletedId_StaysDeletedUnlessToldTo()
    {
        var writer = new ChronoFolderWriter(default, null);
        Migrate(writer, "input", 2, DeletedRecords.Keep);
        writer.Delete("TEST-001", SampleStore.Start);
        Migrate(writer, "input", 3, DeletedRecords.Keep).ShouldBe((0, 0, 9));
        writer.State.Find("TEST-001")!.Status.ShouldBe("tombstone");
    }

    [Fact]
    public void Read_WhatGivesNoRecord_IsListed() =>
        ChronoMigration.Read(Vector.Bytes("input/requirements.json"), null).Notes.Select(n => $"{n.File} {n.Index}: {n.Reason}").ShouldBe([
            "requirements.json 3: has no 'id'",
            "requirements.json 4: has no 'id'",
            "requirements.json 5: is not a JSON object",
        ]);

    [Theory]
    [InlineData("{}", null, "it is not a list")]
    [InlineData("[", null, "malformed JSON at byte 2: a value is expected")]
    [InlineData("""[{"id": "A", "title": 1}]""", 0, "has a 'title' that is not text")]
    [InlineData("""[{"id": "A", "status": 1}]""", 0, "has a 'status' that is not text")]
    [InlineData("""[{"id": "A", "confidence": "high"}]""", 0, "has a 'confidence' that is not a number")]
    [InlineData("""[{"id": "A", "confidence": 7}]""", 0, "becomes a record whose 'confidence' is 7.0, but must be from 0 to 1")]
    [InlineData("""[{"id": "A", "x": NaN}]""", 0, "becomes a record whose 'data' is not a JSON object, or contains a number that is not finite or half of a surrogate pair")]
    public void Read_BadFile_SaysWhatIsWrong(string json, int? index, string reason) =>
        ChronoMigration.Read(null, Encoding.UTF8.GetBytes(json)).Notes.ShouldBe([new ChronoMigrationNote("testcases.json", index, reason)]);

    [Fact]
    public void Plan_IdInBothFiles_CountsOnceSoThatItCanBeRepeated()
    {
        var input = ChronoMigration.Read("""[{"id": "A", "title": "a"}]"""u8.ToArray(), """[{"id": "A", "title": "b"}]"""u8.ToArray());
        var plan = ChronoMigration.Plan(input, _ => null, DeletedRecords.Keep);
        plan.Upserts.Select(r => r.Label).ShouldBe(["a"]);
        plan.Skipped.ShouldBe(1);
        ChronoMigration.Plan(input, _ => plan.Upserts[0], DeletedRecords.Keep).Skipped.ShouldBe(2);
    }

    private static (int Requirements, int Testcases, int Skipped) Migrate(ChronoFolderWriter writer, string folder, int second, DeletedRecords deleted)
    {
        var input = ChronoMigration.Read(Vector.Bytes($"{folder}/requirements.json"), Vector.Bytes($"{folder}/testcases.json"));
        var plan = ChronoMigration.Plan(input, writer.State.Find, deleted);
        foreach (var record in plan.Upserts)
        {
            writer.Upsert(record, SampleStore.Start.AddSeconds(second));
        }

        return (plan.Requirements, plan.Testcases, plan.Skipped);
    }

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);
}
