namespace Ledger.Records.Chronomemory;

/// <summary>The plan of a folder import: seqs, times and hashes stay unchanged.</summary>
/// <param name="Events">The events to store, in order.</param>
/// <param name="Left">The lines that are left out.</param>
/// <param name="Values">Imported values that a store would refuse in a normal write.</param>
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

    // Faults that no log can store.
    private static string? FaultOfText(WalLine line) =>
        line.Event is not { } walEvent ? $"The line is not an event: {line.Fault}."
        : HashOf(walEvent) is null ? "The event contains half of a surrogate pair, so it has no hash."
        : ChronoTextRules.FaultOf(walEvent.Hash) is { } fault ? $"The event's hash {fault}."
        : walEvent.Hash.Contains('\0', StringComparison.Ordinal) ? "The event's hash contains NUL, which no database can store."
        : null;

    // Faults of the line itself. An event after a missing one is valid by itself, though the chain is broken there.
    private static string? FaultOfEvent(WalEvent walEvent, long highest) =>
        HashOf(walEvent) != walEvent.Hash ? "The event's hash does not match its text. The text or the hash was changed."
        : highest > 0 && walEvent.Seq <= highest ? $"The event has seq {walEvent.Seq}, but seq {highest} comes before it."
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
