using Ledger.Json;
using Ledger.Log;

namespace Ledger.Records.Chronomemory;

/// <summary>Collects the problems of a folder that a valid chain cannot show: one warning per code, with the first place and the number of others.</summary>
internal sealed class FolderWarnings(ChronoFolder folder)
{
    private readonly OrderedDictionary<string, (long? Seq, string Text, long More)> _found = [];

    public IReadOnlyList<ChainWarning> Found =>
        [.. _found.Select(w => new ChainWarning(w.Key, w.Value.Seq, w.Value.More == 0 ? w.Value.Text : $"{w.Value.Text} {More(w.Value.More)}"))];

    public void AddOfLines()
    {
        WalEvent? before = null;
        foreach (var line in folder.Lines.Where(l => l.Values is not null))
        {
            AddOfText(line);
            if (line.Event is not { } walEvent)
            {
                Add("not_an_event", null, $"Line {line.Line} is not an event: {line.Fault}. It is not applied.");
                continue;
            }

            AddOfSeq(line, walEvent, before);
            AddOfContent(line, walEvent);
            before = walEvent;
        }
    }

    public void AddOfSnapshot()
    {
        foreach (var warning in SnapshotCheck.WarningsOf(folder))
        {
            Add(warning.Code, warning.Seq, warning.Text);
        }
    }

    public void AddOfHead(ChainHead? expected, long? brokenLine)
    {
        if (expected is { Seq: > 0 } head && HeadCheck.FaultOf(folder, head, brokenLine) is { } text)
        {
            Add("head_differs", head.Seq, text);
        }
    }

    private void AddOfText(WalLine line)
    {
        var seq = line.Event?.Seq;
        if (line.Unknown.Count > 0)
        {
            var names = string.Join(", ", line.Unknown.Select(n => $"'{TextRules.Printable(n)}'"));
            Add("unhashed_member", seq, $"Line {line.Line} has members that no hash covers: {names}. They are left out.");
        }
        else if (!line.IsSplit && IsRespelled(line))
        {
            Add("respelled", seq, $"Line {line.Line} has the hashed values, but not the bytes that chronomemory writes for them.");
        }

        if (line.Surroundings is { } surroundings)
        {
            Add("line_end", seq, $"Line {line.Line} {surroundings}.");
        }
    }

    private void AddOfSeq(WalLine line, WalEvent walEvent, WalEvent? before)
    {
        var isStart = before is null && (walEvent.Seq == 1 || walEvent.Op == "compact");
        if (!isStart && walEvent.Seq != (before?.Seq ?? 0) + 1)
        {
            var after = before is null ? "begins the log" : $"follows seq {before.Seq}";
            Add("seq_order", walEvent.Seq, $"Line {line.Line} has seq {walEvent.Seq} and {after}. Events are missing, duplicated or out of order.");
        }
    }

    private void AddOfContent(WalLine line, WalEvent walEvent)
    {
        if (walEvent.Op is not ("upsert" or "migrate" or "delete" or "compact"))
        {
            Add("unknown_op", walEvent.Seq, $"Line {line.Line} has the unknown op '{TextRules.Printable(walEvent.Op)}'. It changes nothing.");
        }

        if (walEvent.Record.Id != walEvent.RecordId)
        {
            var (named, meant) = (TextRules.Printable(walEvent.RecordId), TextRules.Printable(walEvent.Record.Id));
            Add("record_id_differs", walEvent.Seq, $"Line {line.Line} names the record '{named}', but contains '{meant}'.");
        }
    }

    private static bool IsRespelled(WalLine line)
    {
        try
        {
            return !line.Text.Span.SequenceEqual(line.Values!.ToLine());
        }
        catch (LoneSurrogateException)
        {
            return false;
        }
    }

    private void Add(string code, long? seq, string text)
    {
        if (_found.TryGetValue(code, out var known))
        {
            _found[code] = known with { More = known.More + 1 };
        }
        else
        {
            _found.Add(code, (seq, text, 0));
        }
    }

    private static string More(long count) => count == 1 ? "The same occurs at one more place." : $"The same occurs at {count} more places.";
}
