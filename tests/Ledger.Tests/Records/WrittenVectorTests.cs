using System.Text;
using Ledger.Conformance.Records;
using Ledger.Records;
using Ledger.Records.Chronomemory;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Records;

/// <summary>The steps that left the vectors' files leave the same bytes here.</summary>
public sealed class WrittenVectorTests
{
    // 23 (migrations) and 24 (edges, metrics, skills) have steps of their own; 05 and 06 are compacted.
    public static TheoryData<string> Cases =>
        new("01-one-record", "02-unicode-and-numbers", "03-delete-and-reupsert", "04-filters", "07-six-records-untouched", "21-120-upserts");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Steps_Vector_LeaveItsBytes(string name)
    {
        var vector = ChronoVector.Load(name);
        var writer = Play(vector.Steps());
        Encoding.UTF8.GetString(writer.Events.Span).ShouldBe(Encoding.UTF8.GetString(vector.Bytes(ChronoFolder.EventsName)!.Value.Span));
        (writer.Snapshot is null).ShouldBe(vector.Bytes(ChronoFolder.SnapshotName) is null);
        writer.Snapshot?.ShouldBe(vector.Bytes(ChronoFolder.SnapshotName)!.Value.ToArray());
    }

    [Theory]
    [InlineData("05-compacted", 12)]
    [InlineData("06-compacted-twice", 1)]
    public void Steps_UpToCompaction_LeaveItsSnapshot(string name, int step)
    {
        var vector = ChronoVector.Load(name);
        var writer = Play([.. vector.Steps().Take(step + 1)]);
        var written = JsonTextReader.Read(File.ReadAllBytes(Path.Combine(ChronoVector.Root, name, "ops.json"))).Find("snapshots_written")!.Items[0];
        ChainHash.Of(writer.Snapshot).ShouldBe(written.Find("sha256")!.Text);
    }

    [Theory]
    [InlineData("05-compacted")]
    [InlineData("06-compacted-twice")]
    public void Steps_Compacted_DifferFromThereOnAndKeepTheProof(string name)
    {
        // A compaction of the reference says nothing of what it stands on, so that an old head and the snapshot could not be checked.
        // Ours keeps two hashes in its data; that changes its own hash, and with it all that follow.
        var vector = ChronoVector.Load(name);
        var writer = Play(vector.Steps());
        var folder = ChronoVector.FolderOf(writer.Events, writer.Snapshot);
        var (ours, theirs) = (folder.Open(), vector.Folder.Open());
        ours.Sequence.ShouldBe(theirs.Sequence);
        ours.Records.ShouldBe(theirs.Records);
        ours.LastHash.ShouldNotBe(theirs.LastHash);
        folder.Verify().FirstBroken.ShouldBeNull();
        folder.Verify().Warnings.ShouldBeEmpty();
        vector.Folder.Verify().Warnings.Select(w => w.Code).ShouldBe(["snapshot_unproven"]);
    }

    private static ChronoFolderWriter Play(IReadOnlyList<JsonValue> steps)
    {
        ChronoFolderWriter? writer = null;
        foreach (var step in steps)
        {
            switch (step.Find("do")!.Text)
            {
                case "open":
                    writer = new ChronoFolderWriter(writer is null ? default : writer.Events.Span, writer?.Snapshot,
                        ChronoVector.IntegerOf(step.Find("recursion_depth")) ?? 0);
                    break;
                case "upsert":
                    Check(step, writer!.Upsert(ChronoRecord.FromValue(step.Find("record")!), ChronoVector.TimeOf(step)));
                    break;
                case "delete":
                    Check(step, writer!.Delete(step.Find("id")!.Text!, ChronoVector.TimeOf(step)));
                    break;
                case "compact":
                    writer!.Compact(ChronoVector.TimeOf(step)).ShouldBe(ChronoVector.IntegerOf(step.Find("returns"))!.Value);
                    writer.State.Sequence.ShouldBe(ChronoVector.IntegerOf(step.Find("wal_seq_after"))!.Value);
                    break;
                default:
                    writer!.Close(ChronoVector.TimeOf(step));
                    break;
            }
        }

        return writer!;
    }

    private static void Check(JsonValue step, WalEvent written) => written.Seq.ShouldBe(ChronoVector.IntegerOf(step.Find("seq"))!.Value);
}
