namespace Ledger.Records.Chronomemory;

/// <summary>Checks that a folder's chain contains a head that was stored elsewhere.</summary>
internal static class HeadCheck
{
    public static string? FaultOf(ChronoFolder folder, ChainHead head, long? brokenLine)
    {
        var sound = folder.Lines.TakeWhile(l => l.Line != brokenLine).Select(l => l.Event).OfType<WalEvent>().ToList();
        if (sound.Find(e => e.Seq == head.Seq) is { } found)
        {
            return found.Hash == head.Hash ? null : $"The event with seq {head.Seq} has the hash '{found.Hash}', but '{head.Hash}' is expected.";
        }

        if (sound is not [var first, ..] || sound[^1].Seq < head.Seq)
        {
            var end = sound.Count == 0 ? "is empty" : $"ends at seq {sound[^1].Seq}";
            return $"The chain {(brokenLine is null ? "" : "up to the break ")}{end}, but seq {head.Seq} is expected. Events were cut off.";
        }

        return first.Seq == head.Seq + 1 && CompactionProof.Of(first)?.ContinuesHash == head.Hash
            ? null
            : $"The log begins at seq {first.Seq}and cannot show whether seq {head.Seq} had the hash '{head.Hash}'.";
    }
}
