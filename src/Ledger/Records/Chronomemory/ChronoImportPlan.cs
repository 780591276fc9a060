namespace Ledger.Records.Chronomemory;

/// <summary>What an import of a folder takes: sequence numbers, times and hashes stay as they are.</summary>
/// <param name="Events">The events to store, in order.</param>
/// <param name="Left">The lines that are not taken.</param>
/// <param name="Values">Values that are kept, and that a store would refuse if they were written today.</param>
internal sealed record ChronoImportPlan(
    IReadOnlyList<WalEvent> Events,
    IReadOnlyList<DamagedLine> Left,
    IReadOnlyList<DamagedLine> Values)
{
    /// <exception cref="DamagedFolderException">A line is damaged, and such lines are refused.</exception>
    public static ChronoImportPlan Of(ChronoFolder folder, DamagedLines damaged, ChronoRules rules)
    {
        if (damaged == DamagedLines.Refuse && FirstDamaged(folder) is { } first)
        {
            throw new DamagedFolderException(first);
        }

        var (events, left, values) = (new List<WalEvent>(), new List<DamagedLine>(), new List<DamagedLine>());
        var highest = 0L;
        foreach (var line in folder.Lines)
        {
            var mustLeave = FaultOfText(line);
            if ((mustLeave ?? (damaged == DamagedLines.Skip ? FaultOfEvent(line.Event!, highest) : null)) is { } reason)
            {
                left.Add(new DamagedLine(line.Line, line.Event?.Seq, reason));
                continue;
            }

            var walEvent = line.Event!;
            highest = Math.Max(highest, walEvent.Seq);
            events.Add(walEvent);
            values.AddRange(rules.FaultsOf(walEvent.Record).Select(fault => new DamagedLine(line.Line, walEvent.Seq, fault.ToString())));
        }

        return new ChronoImportPlan(events, left, values);
    }

    private static DamagedLine? FirstDamaged(ChronoFolder folder)
    {
        var broken = FolderChain.FirstBroken(folder.Lines);
        var unread = folder.Lines.FirstOrDefault(l => l.Event is null);
        return unread is not null && (broken is null || unread.Line <= broken.Line)
            ? new DamagedLine(unread.Line, null, FaultOfText(unread)!)
            : broken is null ? null : new DamagedLine(broken.Line!.Value, broken.Seq, broken.Reason);
    }

    // What no log can take.
    private static string? FaultOfText(WalLine line) =>
        line.Event is not { } walEvent ? $"The line is no event: {line.Fault}."
        : HashOf(walEvent) is null ? "The event holds half of a surrogate pair, and has no hash."
        : ChronoTextRules.FaultOf(walEvent.Hash) is { } fault ? $"The event's hash {fault}."
        : walEvent.Hash.Contains('\0', StringComparison.Ordinal) ? "The event's hash holds NUL, which no database keeps."
        : null;

    // What does not hold by itself. An event behind a missing one does, though the chain is broken there.
    private static string? FaultOfEvent(WalEvent walEvent, long highest) =>
        HashOf(walEvent) != walEvent.Hash ? "The event's hash is not that of its text. The text or the hash was changed."
        : highest > 0 && walEvent.Seq <= highest ? $"The event has seq {walEvent.Seq}, and seq {highest} stands before it."
        : null;

    private static string? HashOf(WalEvent walEvent)
    {
        try
        {
            return walEvent.ComputeHash();
        }
        catch (Json.LoneSurrogateException)
        {
            return null;
        }
    }
}
