using System.Text;
using Ledger.Conformance.Records;
using Ledger.Records;
using Ledger.Records.Chronomemory;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Records;

public sealed class ChronoFolderTests
{
    public static TheoryData<string, string, string> Warned => new()
    {
        { "15-blank-lines-and-crlf", "line_end", "Line 1 does not end with just a line feed. The same occurs at 5 more places." },
        { "16-respelled", "respelled", "Line 1 has the hashed values, but not the bytes that chronomemory writes for them. The same occurs at 5 more places." },
        { "17-extra-and-missing-fields", "unhashed_member", "Line 2 has members that no hash covers: 'added'. They are left out." },
        { "17-extra-and-missing-fields", "respelled", "Line 3 has the hashed values, but not the bytes that chronomemory writes for them." },
        { "18-duplicate-seq", "seq_order", "Line 7 has seq 1 and follows seq 6. Events are missing, duplicated or out of order." },
        { "19-changed-snapshot", "snapshot_unproven", "No hash covers the records in snapshot.json, so changes to them cannot be detected." },
        {
            "20-corrupt-snapshot", "snapshot_unreadable",
            "snapshot.json cannot be read: malformed JSON at byte 1911: ':' is expected. The log begins with a compaction, so the records before it are lost."
        },
        { "22-snapshot-ahead-of-log", "snapshot_ahead", "snapshot.json is at seq 100, but the log ends at seq 30. Events were cut off." },
    };

    public static TheoryData<string, long, long?, string> Broken => new()
    {
        { "08-changed-byte", 3, 3, "The event has the hash 'd8218df999fbe041…', but the hash of its text is '" },
        { "09-changed-hash", 3, 3, "The event has the hash '" },
        { "10-reordered", 2, 3, "The event follows an event with the hash 'c50000ef38d6888a…', but line 1 has the hash 'ee30ac296d9e635b…'. An event was" },
        { "11-deleted-middle-line", 3, 4, "The event follows an event with the hash 'd8218df999fbe041…', but line 2 has the hash 'c50000ef38d6888a…'. An event was" },
        { "12-truncated-last-line", 6, null, "The line is not an event: malformed JSON at byte 464: the text does not end." },
        { "14-garbage-line", 3, null, "The line is not an event: malformed JSON at byte 1: a value is expected." },
        { "18-duplicate-seq", 7, 1, "The event follows an event with the hash '', but line 6 has the hash 'ed1dd3a04d0d39fd…'. An event was" },
    };

    [Theory]
    [MemberData(nameof(Warned))]
    public void Verify_WhatTheReferenceMisses_IsWarnedOf(string name, string code, string text) =>
        ChronoVector.Load(name).Folder.Verify().Warnings.Single(w => w.Code == code).Text.ShouldBe(text);

    [Theory]
    [MemberData(nameof(Broken))]
    public void Verify_Broken_SaysWhereAndWhy(string name, long line, long? seq, string reason)
    {
        var broken = ChronoVector.Load(name).Folder.Verify().FirstBroken.ShouldNotBeNull();
        broken.Line.ShouldBe(line);
        broken.Seq.ShouldBe(seq);
        broken.Reason.ShouldStartWith(reason);
    }

    [Theory]
    [InlineData("01-one-record")]
    [InlineData("02-unicode-and-numbers")]
    [InlineData("21-120-upserts")]
    [InlineData("24-graph-rollback-packs")]
    public void Verify_Untouched_HasNoWarning(string name) => ChronoVector.Load(name).Folder.Verify().Warnings.ShouldBeEmpty();

    [Fact]
    public void Read_NoFiles_IsAnEmptyValidStore()
    {
        var verdict = ChronoFolder.Read(null, null).Verify();
        verdict.ChainValid.ShouldBeTrue();
        verdict.LastHash.ShouldBe("");
        verdict.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void Verify_SnapshotChangedWhereTheLogIsWhole_IsWarnedOf()
    {
        var writer = SampleStore.Write(60);
        var snapshot = Encoding.UTF8.GetString(writer.Snapshot!).Replace("Says 3 ", "Says 4 ", StringComparison.Ordinal);
        ChronoVector.FolderOf(writer.Events, Encoding.UTF8.GetBytes(snapshot)).Verify().Warnings.Select(w => $"{w.Code} {w.Seq}: {w.Text}")
            .ShouldBe(["snapshot_differs 50: snapshot.json differs from the result of the events up to seq 50. The first record that differs is 'R-3'."]);
    }

    [Fact]
    public void Verify_SnapshotChangedBehindOurCompaction_IsWarnedOf()
    {
        var writer = SampleStore.Write(60);
        var head = new ChainHead(60, writer.State.LastHash);
        writer.Compact(SampleStore.Start);
        writer.Upsert(SampleStore.RecordOf(7), SampleStore.Start);
        ChronoVector.FolderOf(writer.Events, writer.Snapshot).Verify(head).Warnings.ShouldBeEmpty();

        var snapshot = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(writer.Snapshot!).Replace("Says 3 ", "Says 4 ", StringComparison.Ordinal));
        ChronoVector.FolderOf(writer.Events, snapshot).Verify().Warnings.Select(w => w.Text)
            .ShouldBe(["snapshot.json is not the state that the compaction at seq 61 refers to."]);
        ChronoFolder.Read(writer.Events, null).Verify().Warnings.Select(w => w.Code).ShouldBe(["snapshot_missing"]);
        ChronoFolder.Read(null, snapshot).Verify().Warnings.Select(w => w.Code).ShouldBe(["snapshot_ahead"]);
    }

    [Fact]
    public void Verify_HeadOfAnotherHistory_IsWarnedOf()
    {
        var folder = SampleStore.FolderOf(SampleStore.Lines(5));
        var hash = new string('0', 64);
        folder.Verify(new ChainHead(3, hash)).Warnings.Single().Text
            .ShouldBe($"The event with seq 3 has the hash '{folder.Lines[2].Event!.Hash}', but '{hash}' is expected.");
        folder.Verify(new ChainHead(3, folder.Lines[2].Event!.Hash)).Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\u2028")]
    [InlineData("\u0085")]
    public void Read_CharacterAtWhichTheReferenceSplits_KeepsTheRecordAndSaysSo(string character)
    {
        // The reference writes such a record and then finds two broken lines in its place.
        var lines = SampleStore.Lines(3);
        var raw = WalEvent.Create(4, SampleStore.Start, "upsert", new ChronoRecord { Id = "X", Label = $"a{character}b" }, WalReader.Read(lines[2])[0].Event!.Hash, 0);
        var line = raw.ToLine().Replace(character == "\u2028" ? "\\u2028" : "\\u0085", character, StringComparison.Ordinal);
        var folder = SampleStore.FolderOf([.. lines, Encoding.UTF8.GetBytes(line + "\n"), .. lines.Take(1)]);
        folder.Open().Find("X")!.Label.ShouldBe($"a{character}b");
        folder.Lines.Select(l => l.Line).ShouldBe([1, 2, 3, 4, 6]);
        folder.Verify().FirstBroken!.Line.ShouldBe(4);
        folder.Verify().FirstBroken!.Reason.ShouldStartWith("The line contains a character at which chronomemory splits lines");

        // What is written here has it escaped, which changes neither the value nor the hash.
        SampleStore.FolderOf([.. lines, Encoding.UTF8.GetBytes(raw.ToLine() + "\n")]).Verify().FirstBroken.ShouldBeNull();
    }

    [Fact]
    public void Read_BytesThatAreNotUtf8_CostOneLine()
    {
        var lines = SampleStore.Lines(3).Select(l => l.ToArray()).ToList();
        lines[1][20] = 0xff;
        var folder = SampleStore.FolderOf(lines);
        folder.Lines.Select(l => l.Fault).ShouldBe([null, "the bytes are not UTF-8", null]);
        folder.Open().Sequence.ShouldBe(3);
    }

    [Theory]
    [InlineData("[]", "the line is not a JSON object")]
    [InlineData("""{"seq": "x"}""", "'seq' is not a 64-bit integer")]
    [InlineData("""{"seq": 1.0}""", "'seq' is not a 64-bit integer")]
    [InlineData("""{"ts": 1}""", "'ts' is not text")]
    [InlineData("""{"hash": null}""", "'hash' is not text")]
    [InlineData("""{"record": []}""", "'record' is not a JSON object")]
    [InlineData("""{"record": {"id": 1}}""", "the record's 'id' is not text")]
    public void Read_NoEvent_SaysWhy(string line, string fault) =>
        ChronoFolder.Read(Encoding.UTF8.GetBytes(line), null).Lines.Single().Fault.ShouldBe(fault);

    [Fact]
    public void Head_Text_ReadsBack()
    {
        var head = new ChainHead(7, new string('a', 64));
        ChainHead.TryParse(head.ToString(), out var read).ShouldBeTrue();
        read.ShouldBe(head);
        ChainHead.TryParse("0:", out _).ShouldBeTrue();
        foreach (var text in (string[])["", "7", "7:", "7:abc", "-1:", $"7:{new string('A', 64)}", $"x:{new string('a', 64)}"])
        {
            ChainHead.TryParse(text, out _).ShouldBeFalse(text);
        }
    }
}
