using System.Text;
using Ledger.Conformance;
using Ledger.Records;
using Ledger.Records.Chronomemory;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Records;

/// <summary>Whatever is done to one line of a store of 1,000 events is found, and the place named.</summary>
public sealed class TamperTests
{
    private const int Count = 1_000;

    private static readonly IReadOnlyList<byte[]> Lines = SampleStore.Lines(Count);
    private static readonly ChainHead Head = SampleStore.FolderOf(Lines).Open() is var state ? new ChainHead(state.Sequence, state.LastHash) : default;

    [Fact]
    public void Verify_Untouched_FindsNothing()
    {
        var verdict = SampleStore.FolderOf(Lines).Verify(Head);
        verdict.FirstBroken.ShouldBeNull();
        verdict.Warnings.ShouldBeEmpty();
        verdict.Events.ShouldBe(Count);
    }

    [Fact]
    public void Verify_LineRemoved_NamesThePlace()
    {
        for (var i = 0; i < Count - 1; i++)
        {
            BrokenAt(Without(i), i).Seq.ShouldBe(i + 2);
        }
    }

    [Fact]
    public void Verify_LastLinesRemoved_AreMissedByTheChainAndFoundByAHead()
    {
        for (var kept = 0; kept < Count; kept += Scale.Of(199, 1))
        {
            var folder = SampleStore.FolderOf(Lines.Take(kept));
            folder.Verify().ChainValid.ShouldBeTrue();
            var end = kept == 0 ? "is empty" : $"ends at seq {kept}";
            folder.Verify(Head).Warnings.Select(w => $"{w.Code}: {w.Text}")
                .ShouldBe([$"head_differs: The chain {end}, but seq {Count} is expected. Events were cut off."]);
        }
    }

    [Fact]
    public void Verify_LineMoved_NamesThePlace()
    {
        for (var i = 0; i < Count; i++)
        {
            var to = (i + 500) % Count;
            var moved = Without(i);
            moved.Insert(to, Lines[i]);
            BrokenAt(moved, Math.Min(i, to)).Seq.ShouldBe(i < to ? i + 2 : i + 1);
        }
    }

    [Fact]
    public void Verify_LineDoubled_NamesThePlace()
    {
        for (var i = 0; i < Count; i++)
        {
            List<byte[]> doubled = [.. Lines];
            doubled.Insert(i + 1, Lines[i]);
            BrokenAt(doubled, i + 1).Seq.ShouldBe(i + 1);
        }
    }

    [Fact]
    public void Verify_LineAppended_NamesThePlace()
    {
        for (var i = 0; i < Count; i++)
        {
            BrokenAt([.. Lines, Lines[i]], Count).Seq.ShouldBe(i + 1);
        }

        BrokenAt([.. Lines, "no event\n"u8.ToArray()], Count).Seq.ShouldBeNull();
    }

    [Fact]
    public void Verify_ByteFlippedInAnyFieldOfAnyLine_NamesThePlace()
    {
        string[] marks = ["\"seq\"", "\"ts\": \"", "\"op\": \"", "\"record_id\": \"", "\"label\"", "\"data\"", "\"prev_hash\"", "\"hash\"", "\"hash\": \"", "\n"];
        for (var i = 0; i < Count; i++)
        {
            var text = Encoding.UTF8.GetString(Lines[i]);
            var mark = marks[i % marks.Length];
            Flip(i, Encoding.UTF8.GetByteCount(text[..text.IndexOf(mark, StringComparison.Ordinal)]) + mark.Length - 1, 1 << (i % 8));
        }
    }

    [Fact]
    public void Verify_EveryByteOfALineFlipped_NamesThePlace()
    {
        for (var i = 0; i < Scale.Of(1, Count); i++)
        {
            var line = Scale.IsSoak ? i : 500;
            for (var at = 0; at < Lines[line].Length; at++)
            {
                Flip(line, at, 1 << ((at + i) % 8));
            }
        }
    }

    // A chain is verified in order, so the result does not depend on events far before or after. Some are verified whole anyway.
    private static ChainBreak BrokenAt(IReadOnlyList<byte[]> lines, int index)
    {
        var start = Math.Max(0, index - 2);
        var near = FolderChain.FirstBroken(SampleStore.FolderOf(lines.Skip(start).Take(5)).Lines, HashBefore(start)).ShouldNotBeNull();
        near.Line.ShouldBe(index + 1 - start);
        if (index % 97 == 0)
        {
            var whole = SampleStore.FolderOf(lines).Verify().FirstBroken.ShouldNotBeNull();
            whole.Line.ShouldBe(index + 1);
            whole.Seq.ShouldBe(near.Seq);
        }

        return near;
    }

    private static void Flip(int index, int at, int bit)
    {
        var flipped = Lines[index].ToArray();
        flipped[at] ^= (byte)bit;
        var folder = SampleStore.FolderOf([flipped, .. Lines.Skip(index + 1).Take(1)]);
        if (FolderChain.FirstBroken(folder.Lines, HashBefore(index)) is { } broken)
        {
            broken.Line!.Value.ShouldBeInRange(1, 2, $"line {index + 1}, byte {at}, bit {bit}");
            return;
        }

        // The reference sees values only, not the bytes that spell them.
        folder.Verify().Warnings.Where(w => w.Code is "respelled" or "line_end" or "unhashed_member").Select(w => w.Seq)
            .ShouldContain(index + 1, $"line {index + 1}, byte {at}, bit {bit}");
    }

    private static string HashBefore(int index) => index == 0 ? "" : WalReader.Read(Lines[index - 1])[0].Event!.Hash;

    private static List<byte[]> Without(int index) => [.. Lines.Take(index), .. Lines.Skip(index + 1)];
}
